-- a few at a time, in the order of keys: the last of these is where the next call goes on
with looked_at as (
    select key, recorded_at from {schema}.append_keys where key > $1 order by key limit $2),
gone as (
    delete from {schema}.append_keys k using looked_at s where k.key = s.key and s.recorded_at < $3 returning 1)
select (select count(*) from gone), (select max(key) from looked_at)
