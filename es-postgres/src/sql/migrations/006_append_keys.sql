create table {schema}.append_keys (
    first_position bigint,               -- null together with last_position: an append without events
    last_position  bigint,
    version        bigint,               -- of the stream after the append; null together with category and stream_id
    recorded_at    timestamptz not null,
    key            text        not null collate "C",
    command        text        not null collate "C",
    category       text        collate "C",
    stream_id      text        collate "C",
    constraint append_keys_pk primary key (key)
)
