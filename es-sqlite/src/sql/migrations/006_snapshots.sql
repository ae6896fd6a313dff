create table snapshots (
    category    text    not null,
    stream_id   text    not null,
    version     integer not null,
    fingerprint integer not null, -- 64 bits, of which the highest is the sign here
    checksum    integer not null,
    payload     text    not null, -- JSON
    primary key (category, stream_id)
) strict
