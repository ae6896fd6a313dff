select positions,
       overlapped,
       current_setting('fsync') = 'on' and current_setting('synchronous_commit') <> 'off',
       pg_is_in_recovery(),
       '{schema}.events'::regclass::oid::bigint
  from {schema}.store
