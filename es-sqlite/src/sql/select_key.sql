select command, category, stream_id, first_position, last_position, version, recorded_at from append_keys where key = ?1
