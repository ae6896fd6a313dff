select position, version, event_id, name, event_version, recorded_at, tags, metadata, payload, category, stream_id
  from events order by position
