select version, fingerprint, checksum, payload from {schema}.snapshots where category = $1 and stream_id = $2
