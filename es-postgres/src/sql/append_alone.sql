-- In a transaction in which projections write afterwards, for so long and no longer.
select status, first_position, new_version, conflict_position, now,
       set_config('statement_timeout', $37, true), set_config('idle_in_transaction_session_timeout', $37, true)
  from {schema}.append_inline_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26,
       $27, $28, $29, $30, $31, $32, $33, $34, $35, $36)
