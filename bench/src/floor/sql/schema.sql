-- The schema of es-sqlite, copied: a floor is the same SQL without the framework.
create table if not exists events (
    position      integer primary key, -- 1, 2, 3, … in commit order
    event_id      blob    not null,    -- 16 bytes
    category      text,                -- null together with stream_id and version: an event of no stream
    stream_id     text,
    version       integer,             -- 1, 2, 3, … in the stream
    name          text    not null,
    event_version integer not null,
    recorded_at   integer not null,    -- microseconds since 1970, UTC; never decreases with position
    tags          text,                -- JSON array of strings; null for none
    metadata      text,                -- JSON; null for none
    payload       text    not null,    -- JSON
    check ((category is null) = (stream_id is null) and (category is null) = (version is null))
) strict;
create unique index if not exists events_stream on events (category, stream_id, version) where category is not null;
create unique index if not exists events_event_id on events (event_id);
create table if not exists event_tags (
    tag      text    not null,
    position integer not null,
    name     text    not null, -- of the event, so that a condition looks nowhere else
    primary key (tag, position)
) strict, without rowid;
create table if not exists append_keys (
    key            text    not null primary key,
    command        text    not null,
    category       text,    -- null together with stream_id: a command on no stream
    stream_id      text,
    first_position integer, -- null together with last_position: an append without events
    last_position  integer,
    version        integer not null,
    recorded_at    integer not null
) strict, without rowid;
create table if not exists snapshots (
    category    text    not null,
    stream_id   text    not null,
    version     integer not null,
    fingerprint integer not null, -- 64 bits, of which the highest is the sign here
    checksum    integer not null,
    payload     text    not null, -- JSON
    primary key (category, stream_id)
) strict;
create table if not exists checkpoints (
    name     text    not null primary key,
    position integer not null
) strict, without rowid;
