select position, version, event_id, name, event_version, recorded_at, tags, metadata, payload, category, stream_id
  from {schema}.events where position > $1 and position <= $3 order by position limit $2
