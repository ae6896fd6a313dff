create table {schema}.snapshots (
    version     bigint not null,
    fingerprint bigint not null, -- 64 bits, of which the highest is the sign here
    checksum    bigint not null,
    category    text   not null collate "C",
    stream_id   text   not null collate "C",
    payload     bytea  not null, -- JSON, as it was given: the checksum is over its bytes
    constraint snapshots_pk primary key (category, stream_id)
)
