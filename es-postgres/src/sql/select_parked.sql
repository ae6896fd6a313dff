select projection, version, part, parts, key, position, error, attempts, mark, parked_at from {schema}.parked
 where projection = $1 and version = $2
   and ($3::bigint is null or part = $3) and ($4::text is null or key = $4) and ($5::bigint is null or position = $5)
   and (mark is not null or not $6) and ($7::bigint is null or (position, key) > ($7, $8::text))
 order by position, key limit $9
