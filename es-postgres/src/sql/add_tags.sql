-- Tags for stored events: those that an event lacks, behind those that it has, once each. Events are locked in one order for all, and
-- read as they are then, so that what is added at the same time by others is not added again.
with given as (
    select g.position, g.tag, min(g.nth) as nth
      from unnest($1::bigint[], $2::text[] collate "C") with ordinality g(position, tag, nth)
     group by g.position, g.tag
), held as materialized (
    select e.position, e.name, e.tags
      from {schema}.events e
     where e.position = any($1)
     order by e.position
       for update
), lacking as materialized (
    select h.position, h.name, h.tags, g.tag, g.nth
      from held h
      join given g on g.position = h.position
     where h.tags is null or g.tag <> all(h.tags)
), indexed as (
    insert into {schema}.event_tags (tag, position, name)
    select l.tag, l.position, l.name from lacking l
    on conflict do nothing
)
update {schema}.events e
   set tags = coalesce(l.tags, '{}') || l.added
  from (select position, tags, array_agg(tag order by nth) as added from lacking group by position, tags) l
 where e.position = l.position
