select coalesce((select version from {schema}.events where category = $1 and stream_id = $2 order by version desc limit 1), 0)
