-- unless there is an event that the decision has not seen; whoever calls holds the lock that keeps others from adding one
with stored as (
    insert into events (event_id, event_version, name, payload, tags)
    select $1, $2, $3, $4, array[$5::text, $6::text]
     where not exists (select from event_tags t where t.tag = $5 and t.name = $3 and t.position > $7)
       and not exists (select from event_tags t where t.tag = $6 and t.name = $3 and t.position > $7)
    returning position, name, tags)
insert into event_tags (position, tag, name) select s.position, t.tag, s.name from stored s, unnest(s.tags) t(tag)
