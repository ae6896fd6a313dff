-- the key's record, the snapshot, and the first page of events from it on: rows of three kinds, of one moment
with snapshot as (
    select version, fingerprint, checksum, payload from {schema}.snapshots where $5 and category = $1 and stream_id = $2)
(select position, version, event_id, name, event_version, recorded_at, tags, metadata, payload,
        null::text as category, null::text as stream_id, null::bytea as state, 0 as kind
   from {schema}.events
  where category = $1 and stream_id = $2 and version >= coalesce((select s.version from snapshot s), $3) order by version limit $4)
union all
select fingerprint, version, null, null, checksum, null, null, null, null, null, null, payload, 1 from snapshot
union all
select first_position, version, null, command, last_position, recorded_at, null, null, null, category, stream_id, null, 2
  from {schema}.append_keys where key = $6
