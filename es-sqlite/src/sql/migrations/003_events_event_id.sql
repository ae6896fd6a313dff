create unique index events_event_id on events (event_id)
