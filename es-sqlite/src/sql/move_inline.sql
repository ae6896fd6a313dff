update projections set position = ?3 where projection = ?1 and version = ?2 and part = 0
