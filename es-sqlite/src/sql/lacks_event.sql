select exists (select 1 from events where position > ?1 and name in (select value from json_each(?2)))
