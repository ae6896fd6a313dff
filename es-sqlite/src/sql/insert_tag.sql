insert or ignore into event_tags (tag, position, name) values (?1, ?2, ?3)
