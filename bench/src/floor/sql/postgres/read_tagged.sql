select position, payload, tags from events
 where position in (select t.position from event_tags t where t.tag in ($1, $2) and t.name = $3) order by position
