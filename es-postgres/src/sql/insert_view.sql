-- whoever comes second waits here until the first has committed
insert into {schema}.views (view, version, fingerprint) values ($1, $2, $3) on conflict do nothing
