insert into {schema}.projections (projection, version, part, parts, position)
select s.*, $5 from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) s on conflict do nothing
