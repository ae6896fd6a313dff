-- Draws so many positions in a row, and says the first.
create function {schema}.draw_1(many bigint) returns bigint language plpgsql volatile as $$
declare
    store int := '{schema}.events'::regclass::oid::int;
    first bigint;
begin
    if many = 0 then
        return 0;
    end if;
    -- a lock that tells readers, until the commit is seen, that nothing up to here is of this transaction: 20294 and the position
    perform pg_advisory_xact_lock_shared(20294::bigint << 48 | case when p.is_called then p.last_value else 0 end)
       from {schema}.positions p;
    -- a lock that keeps others from drawing in between; it is given back at once, because a transaction of the user's may last
    begin
        if many = 1 then
            perform pg_advisory_lock_shared(20293, store);
            first := nextval('{schema}.positions');
            perform pg_advisory_unlock_shared(20293, store);
        else
            perform pg_advisory_lock(20293, store);
            first := nextval('{schema}.positions');
            perform setval('{schema}.positions', first + many - 1);
            perform pg_advisory_unlock(20293, store);
        end if;
    exception when others or query_canceled then
        -- that it is not held is a warning
        if many = 1 then
            perform pg_advisory_unlock_shared(20293, store);
        else
            perform pg_advisory_unlock(20293, store);
        end if;
        raise;
    end;
    return first;
end $$
