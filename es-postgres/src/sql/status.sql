-- The head, how many events there were since the last thousand before it and how long that took, and the connections.
with head as materialized (select position from {schema}.events order by position desc limit 1),
     first as materialized (select position, recorded_at from {schema}.events
                             where position >= (select position from head) - 999 order by position limit 1)
select coalesce((select position from head), 0),
       (select count(*) from {schema}.events where position > (select position from first)),
       (select extract(epoch from clock_timestamp() - recorded_at)::float8 from first),
       (select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend'),
       (select count(*) from pg_stat_activity where backend_type = 'client backend'),
       current_setting('max_connections')::bigint
