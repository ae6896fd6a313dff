insert into {schema}.projections (projection, version, part, parts)
select $1, $2, part, $3 from generate_series(0, $3 - 1) part on conflict do nothing
