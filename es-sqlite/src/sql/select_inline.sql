select position from projections where projection = ?1 and version = ?2 and part = 0
