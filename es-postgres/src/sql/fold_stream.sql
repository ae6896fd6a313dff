select position, version, name, event_version, tags, payload
  from {schema}.events where category = $1 and stream_id = $2 and version >= $3 order by version limit $4
