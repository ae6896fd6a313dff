-- One append without a key or a condition, where positions are gapless: most appends that go out alone, and in fewer statements than
-- append_1, which takes everything. The events are e_*, at least one, all of one stream or of none.
-- A status is 0 stored, 1 version conflict.
create function {schema}.append_one_1(
    s_category text, s_id text, -- null together: no stream
    a_expect bigint,            -- null: any version, -1: at least 1
    a_metadata json,
    e_name text[], e_version bigint[], e_id uuid[], e_payload json[],
    e_tags text[],              -- array literals; null where no event has tags
    out status int, out first_position bigint, out new_version bigint, out now timestamptz
) language plpgsql volatile as $$
declare
    head   bigint;
    before bigint;
    events int := cardinality(e_name);
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'an append needs READ COMMITTED, this transaction is %', upper(current_setting('transaction_isolation'))
            using errcode = '25001';
    end if;
    -- ahead of all statements, each of which has a snapshot of its own, taken under it; as an expression it costs half of what it costs
    -- as one more statement
    if pg_advisory_xact_lock(20291, '{schema}.events'::regclass::oid::int) is null then return; end if;

    select e.position, greatest(clock_timestamp(), e.recorded_at),
           (select o.version from {schema}.events o where o.category = s_category and o.stream_id = s_id order by o.version desc limit 1)
      into head, now, before
      from {schema}.events e order by e.position desc limit 1;
    if not found then
        head := 0; now := clock_timestamp();
    end if;
    if s_category is not null then before := coalesce(before, 0); end if;
    if not (a_expect is null or a_expect = before or (a_expect = -1 and before > 0)) then
        status := 1; new_version := before;
        return;
    end if;

    status := 0; first_position := head + 1; new_version := before + events;
    if events = 1 and e_tags is null then
        insert into {schema}.events
               (position, version, recorded_at, event_id, event_version, name, category, stream_id, payload, metadata)
        values (first_position, new_version, now, e_id[1], e_version[1], e_name[1], s_category, s_id, e_payload[1], a_metadata);
    elsif e_tags is null then
        insert into {schema}.events
               (position, version, recorded_at, event_id, event_version, name, category, stream_id, payload, metadata)
        select head + e.ord, before + e.ord, now, e.id, e.version, e.name, s_category, s_id, e.payload, a_metadata
          from unnest(e_name, e_version, e_id, e_payload) with ordinality e(name, version, id, payload, ord);
    else
        with stored as (
            insert into {schema}.events
                   (position, version, recorded_at, event_id, event_version, name, category, stream_id, payload, metadata, tags)
            select head + e.ord, before + e.ord, now, e.id, e.version, e.name, s_category, s_id, e.payload, a_metadata, e.tags::text[]
              from unnest(e_name, e_version, e_id, e_payload, e_tags) with ordinality e(name, version, id, payload, tags, ord)
            returning events.position, events.name, events.tags)
        insert into {schema}.event_tags (position, tag, name) select st.position, t.tag, st.name from stored st, unnest(st.tags) t(tag);
    end if;
end $$;
