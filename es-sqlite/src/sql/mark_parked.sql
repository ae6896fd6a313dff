update parked set mark = ?5 where projection = ?1 and version = ?2 and position = ?3 and key = ?4
