-- events that a projection could not take, and those that wait behind them
create table {schema}.parked (
    position   bigint      not null,
    version    bigint      not null,
    part       bigint      not null,
    parts      bigint      not null,
    attempts   bigint      not null,
    parked_at  timestamptz not null default clock_timestamp(),
    mark       smallint, -- 1: to be tried again, 2: to be dropped
    projection text        not null collate "C",
    key        text        not null collate "C",
    error      text, -- null where it only waits
    constraint parked_pk primary key (projection, version, position, key)
);
create index parked_key on {schema}.parked (projection, version, key, position);
create index parked_mark on {schema}.parked (projection, version, part) where mark is not null
