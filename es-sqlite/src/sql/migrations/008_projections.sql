create table projections (
    projection text    not null,
    version    integer not null,
    part       integer not null,
    parts      integer not null,
    position   integer not null default 0,
    -- raised whenever the part changes hands
    token      integer not null default 0,
    holder     blob,
    held_until integer not null default 0,
    primary key (projection, version, part)
) strict, without rowid;

create table workers (
    worker      blob    not null primary key,
    -- a json array of [projection, version, part]
    wants       text    not null,
    alive_until integer not null
) strict, without rowid;

create table views (
    view        text    not null,
    version     integer not null,
    fingerprint integer not null,
    primary key (view, version)
) strict, without rowid
