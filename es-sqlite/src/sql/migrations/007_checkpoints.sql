create table checkpoints (
    name     text    not null primary key,
    position integer not null
) strict, without rowid
