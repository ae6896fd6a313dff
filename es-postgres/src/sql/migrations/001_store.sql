create table {schema}.store (
    one        boolean not null default true primary key check (one), -- there is one row
    positions  text    not null, -- how positions are given out, which all writers must agree on: gapless or fenced
    overlapped boolean not null default false -- whether any writer has ever committed before it was flushed, so that readers wait
)
