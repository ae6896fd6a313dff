delete from parked where projection = ?1 and version = ?2 and position = ?3 and key = ?4
