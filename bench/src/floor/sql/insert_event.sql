insert into events (position, event_id, category, stream_id, version, name, event_version, recorded_at, tags, metadata, payload)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
