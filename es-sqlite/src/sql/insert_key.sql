insert into append_keys (key, command, category, stream_id, first_position, last_position, version, recorded_at)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
