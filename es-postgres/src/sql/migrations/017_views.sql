create table {schema}.views (
    fingerprint bigint not null, -- 64 bits, of which the highest is the sign here
    version     bigint not null,
    view        text   not null collate "C",
    constraint views_pk primary key (view, version)
)
