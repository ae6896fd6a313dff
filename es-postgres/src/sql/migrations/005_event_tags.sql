create table {schema}.event_tags (
    position bigint not null,
    tag      text   not null collate "C",
    name     text   not null collate "C", -- of the event, so that a condition looks nowhere else
    constraint event_tags_pk primary key (tag, position) include (name)
);
alter table {schema}.event_tags set (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
