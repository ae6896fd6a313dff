update events set tags = ?2 where position = ?1
