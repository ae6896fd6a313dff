delete from snapshots where category = ?1 and stream_id = ?2
