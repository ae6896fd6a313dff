select version, fingerprint, checksum, payload from snapshots where category = ?1 and stream_id = ?2
