select version from events where category = $1 and stream_id = $2 order by version desc limit 1
