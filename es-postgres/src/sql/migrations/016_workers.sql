create table {schema}.workers (
    alive_until timestamptz not null,
    worker      uuid        not null,
    wants       jsonb       not null, -- an array of [projection, version, part, parts]
    constraint workers_pk primary key (worker)
)
