-- The columns and indexes of es-postgres, with positions from a sequence: in no order that a reader could follow, which costs nothing.
create table events (
    position      bigint      not null generated always as identity,
    version       bigint,
    recorded_at   timestamptz not null default clock_timestamp(),
    event_id      uuid        not null,
    event_version bigint      not null,
    name          text        not null collate "C",
    category      text        collate "C",
    stream_id     text        collate "C",
    payload       json        not null,
    metadata      json,
    tags          text[]      collate "C",
    constraint events_pk primary key (position)
);
create unique index events_stream on events (category, stream_id, version) where category is not null;
create unique index events_event_id on events (event_id);
create table event_tags (
    position bigint not null,
    tag      text   not null collate "C",
    name     text   not null collate "C",
    constraint event_tags_pk primary key (tag, position) include (name)
);
