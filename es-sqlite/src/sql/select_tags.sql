select tags, name from events where position = ?1
