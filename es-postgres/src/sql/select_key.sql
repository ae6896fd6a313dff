select command, category, stream_id, first_position, last_position, version, recorded_at from {schema}.append_keys where key = $1
