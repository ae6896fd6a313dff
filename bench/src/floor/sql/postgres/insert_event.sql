insert into events (version, event_id, event_version, name, category, stream_id, payload) values ($1, $2, $3, $4, $5, $6, $7)
