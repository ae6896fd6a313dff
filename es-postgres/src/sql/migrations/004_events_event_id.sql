create unique index events_event_id on {schema}.events (event_id)
