create table event_tags (
    tag      text    not null,
    position integer not null,
    name     text    not null, -- of the event, so that a condition looks nowhere else
    primary key (tag, position)
) strict, without rowid
