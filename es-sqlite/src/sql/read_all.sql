select position, version, event_id, name, event_version, recorded_at, tags, metadata, payload, category, stream_id
  from events where position > ?1 and position <= ?2 order by position
