create table {schema}.events (
    position      bigint      not null, -- in commit order
    version       bigint,               -- 1, 2, 3, … in the stream; null together with category and stream_id: an event of no stream
    recorded_at   timestamptz not null,
    event_id      uuid        not null,
    event_version bigint      not null, -- 32 bits without a sign
    name          text        not null collate "C",
    category      text        collate "C",
    stream_id     text        collate "C",
    payload       json        not null,
    metadata      json,                 -- null for none
    tags          text[]      collate "C", -- in event_tags too; here so that reading needs no join; null for none
    constraint events_pk primary key (position),
    constraint events_stream_whole check ((category is null) = (stream_id is null) and (category is null) = (version is null))
);
-- autovacuum of a table that only grows has to freeze it and to mark its pages as visible: often, and a little at a time
alter table {schema}.events set (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
