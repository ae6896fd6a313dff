-- Several clauses, of which some name no tags, in a window of positions. The first row tells the head, and has no event. Nothing after $4 is
-- looked at.
with head as materialized (select coalesce((select position from {schema}.events where position <= $4 order by position desc limit 1), 0) as position)
(select head.position, null::bigint as version, null::uuid as event_id, null::text as name, null::bigint as event_version,
        null::timestamptz as recorded_at, null::text[] as tags, null::json as metadata, null::json as payload,
        null::text as category, null::text as stream_id
   from head)
union all
(select position, version, event_id, name, event_version, recorded_at, tags, metadata, payload, category, stream_id
   from {schema}.events e
  where position > $1 and position <= least($2, (select position from head))
    and exists (select from unnest($5::text[], $6::text[], $7::text[]) c(category, names, tags)
                 where (c.category is null or e.category = c.category)
                   and (c.names is null or e.name = any (c.names::text[]))
                   and (c.tags is null or e.tags @> c.tags::text[]))
  order by position limit $3)
