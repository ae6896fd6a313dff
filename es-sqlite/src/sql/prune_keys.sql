delete from append_keys where key > ?1 and (?2 is null or key <= ?2) and recorded_at < ?3
