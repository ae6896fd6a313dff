select position, version, event_id, name, event_version, recorded_at, tags, metadata, payload
  from events where category = ?1 and stream_id = ?2 and version >= ?3 order by version
