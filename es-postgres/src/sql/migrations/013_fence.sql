-- The last position that was drawn, and the last one up to which nothing is to come. A later statement sees everything up to there.
--
-- Whoever draws positions holds the store's lock from before until its commit is seen, and another that tells a position before its
-- own. The last one drawn is read first: whoever has no such lock yet when the locks are read, draws later ones. All locks are read
-- at one moment.
create function {schema}.fence_1(out drawn bigint, out safe bigint) language plpgsql volatile as $$
declare
    store oid := '{schema}.events'::regclass::oid;
begin
    select case when p.is_called then p.last_value else 0 end into drawn from {schema}.positions p;
    with held as materialized (
        select l.virtualtransaction as holder, l.classid::bigint as class, l.objid::bigint as object, l.objsubid as keys
          from pg_locks l
         where l.locktype = 'advisory' and l.granted
           and l.database = (select d.oid from pg_database d where d.datname = current_database()))
    select least(drawn, min(((told.class & 65535) << 32) | told.object)) into safe
      from held of_store
      join held told on told.holder = of_store.holder
     where of_store.keys = 2 and of_store.class = 20291 and of_store.object = store::bigint
       and told.keys = 1 and told.class >> 16 = 20294;
end $$
