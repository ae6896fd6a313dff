select array[status], array[first_position], array[new_version], array[null::bigint], now
  from {schema}.append_one_1($1, $2, $3, $4, $5, $6, $7, $8, $9)
