insert into {schema}.workers (worker, wants, alive_until) values ($1, $2, clock_timestamp() + $3)
on conflict (worker) do update set wants = excluded.wants, alive_until = excluded.alive_until
