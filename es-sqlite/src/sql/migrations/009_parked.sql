-- events that a projection could not take, and those that wait behind them
create table parked (
    projection text    not null,
    version    integer not null,
    position   integer not null,
    key        text    not null,
    part       integer not null,
    parts      integer not null,
    attempts   integer not null,
    -- 1: to be tried again, 2: to be dropped
    mark       integer,
    parked_at  integer not null,
    -- null where it only waits
    error      text,
    primary key (projection, version, position, key)
) strict, without rowid;
create index parked_key on parked (projection, version, key, position);
create index parked_mark on parked (projection, version, part) where mark is not null
