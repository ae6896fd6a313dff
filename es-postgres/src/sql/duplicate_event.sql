select event_id from {schema}.events where event_id = any ($1) limit 1
