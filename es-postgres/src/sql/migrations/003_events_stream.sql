create unique index events_stream on {schema}.events (category, stream_id, version) where category is not null
