select key from append_keys where key > ?1 order by key limit 1 offset ?2
