-- In a transaction whose client may never come back to finish it: then the server does.
select status, first_position, new_version, conflict_position, now,
       set_config(
           'idle_in_transaction_session_timeout',
           coalesce(nullif(current_setting('idle_in_transaction_session_timeout'), '0'), '30s'),
           true)
  from {schema}.append_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
