update {schema}.projections p set holder = null, held_until = null
  from unnest($1::text[], $2::bigint[], $3::bigint[]) s(projection, version, part)
 where p.projection = s.projection and p.version = s.version and p.part = s.part and p.holder = $4
