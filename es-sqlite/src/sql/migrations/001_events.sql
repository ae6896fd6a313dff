create table events (
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
) strict
