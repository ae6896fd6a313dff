create unique index events_stream on events (category, stream_id, version) where category is not null
