create table {schema}.projections (
    position   bigint  not null default 0,
    token      bigint  not null default 0, -- raised whenever the part changes hands
    held_until timestamptz,
    holder     uuid,
    version    bigint  not null,
    part       bigint  not null,
    parts      bigint  not null,
    projection text    not null collate "C",
    constraint projections_pk primary key (projection, version, part)
) with (fillfactor = 50);
-- Whether the transaction is in the middle of a projection's own writes: then a commit is not what the store wants.
create function {schema}.step_is_open_1() returns trigger language plpgsql as $$
begin
    if current_setting('es.step', true) = 'open' then
        raise exception 'a statement would end the transaction of a projection''s step, which is not the projection''s to end'
            using errcode = '2D000';
    end if;
    return null;
end $$;
-- it fires when the transaction commits, and is not there at all where the store alone writes
create constraint trigger step_is_open after update of position on {schema}.projections deferrable initially deferred
    for each row when (current_setting('es.step', true) = 'open') execute function {schema}.step_is_open_1()
