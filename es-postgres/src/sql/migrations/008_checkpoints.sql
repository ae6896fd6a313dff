create table {schema}.checkpoints (
    position bigint not null,
    name     text   not null collate "C",
    constraint checkpoints_pk primary key (name)
)
