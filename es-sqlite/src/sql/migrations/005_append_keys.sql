create table append_keys (
    key            text    not null primary key,
    command        text    not null,
    category       text,    -- null together with stream_id: a command on no stream
    stream_id      text,
    first_position integer, -- null together with last_position: an append without events
    last_position  integer,
    version        integer not null,
    recorded_at    integer not null
) strict, without rowid
