-- Takes the locks of an append whose positions are fenced: those of its streams, tags and keys in one order for all, then that of the
-- store, which readers look at. Where these would be too many, the store's alone, but for itself.
create function {schema}.lock_1(l_name text[], l_shared boolean[], l_all boolean) returns void language plpgsql volatile as $$
declare
    store int := '{schema}.events'::regclass::oid::int;
    one record;
begin
    if l_all then
        perform pg_advisory_xact_lock(20291, store);
        return;
    end if;
    for one in
        select hashtext(store || l.name) as key, bool_and(l.shared) as shared from unnest(l_name, l_shared) l(name, shared) group by 1 order by 1
    loop
        if one.shared then
            perform pg_advisory_xact_lock_shared(20292, one.key);
        else
            perform pg_advisory_xact_lock(20292, one.key);
        end if;
    end loop;
    perform pg_advisory_xact_lock_shared(20291, store);
end $$
