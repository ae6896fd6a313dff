select version, name, event_version, payload from events where category = $1 and stream_id = $2 order by version
