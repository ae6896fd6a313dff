delete from {schema}.parked p using unnest($3::text[], $4::bigint[]) t(key, position)
 where p.projection = $1 and p.version = $2 and p.key = t.key and p.position = t.position
