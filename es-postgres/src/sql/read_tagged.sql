-- Clauses that all name tags: the index of tags says where to look. The first row tells the head, and has no event. Nothing after $4 is
-- looked at.
with head as materialized (select coalesce((select position from {schema}.events where position <= $4 order by position desc limit 1), 0) as position)
(select head.position, null::bigint as version, null::uuid as event_id, null::text as name, null::bigint as event_version,
        null::timestamptz as recorded_at, null::text[] as tags, null::json as metadata, null::json as payload,
        null::text as category, null::text as stream_id
   from head)
union all
(select e.position, e.version, e.event_id, e.name, e.event_version, e.recorded_at, e.tags, e.metadata, e.payload, e.category, e.stream_id
   from (select distinct found.position
           from (select u.category, u.names::text[] as names, u.tags::text[] as tags
                   from unnest($5::text[], $6::text[], $7::text[]) u(category, names, tags) offset 0) c
          cross join lateral (
                select t.position from {schema}.event_tags t
                 where t.tag = c.tags[1] and t.position > $1 and t.position <= least($2, (select position from head))
                   and (c.names is null or t.name = any (c.names))
                   and (c.category is null and cardinality(c.tags) = 1 or exists (
                        select from {schema}.events o
                         where o.position = t.position and o.tags @> c.tags and (c.category is null or o.category = c.category)))
                 order by t.position limit $3) found
          order by found.position limit $3) matching
   join {schema}.events e on e.position = matching.position
  order by e.position)
