insert into snapshots (category, stream_id, version, fingerprint, checksum, payload) values (?1, ?2, ?3, ?4, ?5, ?6)
    on conflict (category, stream_id) do update
    set version = excluded.version, fingerprint = excluded.fingerprint, checksum = excluded.checksum, payload = excluded.payload
