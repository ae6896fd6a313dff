insert into {schema}.parked as p (projection, version, part, parts, key, position, attempts, mark, error)
select $1, $2, $3, $4, u.* from unnest($5::text[], $6::bigint[], $7::bigint[], $8::smallint[], $9::text[]) u
on conflict (projection, version, position, key) do update
   set attempts = excluded.attempts, error = excluded.error, mark = case when p.mark = 2 then 2 else excluded.mark end
