select coalesce((select position from {schema}.events where position <= $1 order by position desc limit 1), 0)
