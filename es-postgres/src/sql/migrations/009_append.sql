-- Appends a batch: arrays in, one answer an append out; one call, one transaction, one commit.
-- The streams are s_*, one entry each; the appends a_*; their events e_*; the clauses of their conditions c_*; and r_* the events
-- of earlier appends of the batch that a condition matches, sorted by append. Numbers in one group of arrays point into another,
-- from 1; stream 0 is none.
-- A status is 0 stored, 1 version conflict, 2 condition conflict, 3 used key.
create function {schema}.append_1(
    s_category text[], s_id text[], s_hint bigint[], -- a version that the caller knows to exist, or 0
    a_stream int[], a_expect bigint[],               -- null: any version, -1: at least 1
    a_count int[], a_metadata json[],
    a_key text[], a_command text[],                  -- null where no append has a key; no key twice
    a_after bigint[],                                -- of its condition; null where no append has one
    e_append int[], e_ord int[], e_name text[], e_version bigint[], e_id uuid[], e_payload json[],
    e_tags text[],                                   -- array literals; null where no event has tags
    c_append int[], c_names text[], c_tags text[],   -- array literals; names null for any name; null where no append has a condition
    r_append int[], r_rival int[], r_ord int[],
    l_name text[], l_shared boolean[],               -- what is locked where positions are fenced; null where they are gapless
    l_all boolean,                                   -- that is too much: everything is
    out status int[], out first_position bigint[], out new_version bigint[], out conflict_position bigint[], out now timestamptz
) language plpgsql volatile as $$
declare
    head  bigint;
    heads bigint[];
    used  boolean[];
    hits  bigint[];
    befores bigint[];
    r int := 1; r_count int := coalesce(cardinality(r_append), 0);
    s int; h bigint; x bigint; hit bigint;
    store int := '{schema}.events'::regclass::oid::int;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'an append needs READ COMMITTED, this transaction is %', upper(current_setting('transaction_isolation'))
            using errcode = '25001';
    end if;
    -- locks are statements of their own: every statement below has a snapshot that was taken under them
    if l_name is null then
        perform pg_advisory_xact_lock(20291, store);
        select e.position, greatest(clock_timestamp(), e.recorded_at) into head, now
          from {schema}.events e order by e.position desc limit 1;
        if not found then head := 0; now := clock_timestamp(); end if;
    else
        perform {schema}.lock_1(l_name, l_shared, l_all);
        -- positions are drawn by those only who hold a lock that readers look at
        head := {schema}.draw_1((select sum(c) from unnest(a_count) c)) - 1;
        now := clock_timestamp();
    end if;

    heads := array(
        select coalesce(
            (select e.version from {schema}.events e
              where e.category = st.category and e.stream_id = st.id and e.version >= st.hint order by e.version desc limit 1),
            case when st.hint > 0 then
                (select e.version from {schema}.events e
                  where e.category = st.category and e.stream_id = st.id order by e.version desc limit 1)
            end, 0)
        from unnest(s_category, s_id, s_hint) st(category, id, hint));

    if a_key is not null then
        used := array(select exists (select from {schema}.append_keys k where k.key = a.key) from unnest(a_key) a(key));
    end if;

    if c_append is not null then
        -- several clauses of one append: the hit that comes last stays, any will do
        for s, x in
            select c.append, (select t.position from {schema}.event_tags t
                               where t.tag = c.tags[1] and t.position > c.after
                                 and (c.names is null or t.name = any (c.names))
                                 and (cardinality(c.tags) = 1 or exists (
                                      select from {schema}.events e where e.position = t.position and e.tags @> c.tags))
                               order by t.position limit 1)
              from (select u.append, u.names::text[] as names, u.tags::text[] as tags, a_after[u.append] as after
                      from unnest(c_append, c_names, c_tags) u(append, names, tags) offset 0) c
        loop
            if x is not null then hits[s] := x; end if;
        end loop;
    end if;

    for i in 1 .. cardinality(a_stream) loop
        s := a_stream[i]; h := heads[s]; x := a_expect[i]; hit := hits[i];
        first_position[i] := null; new_version[i] := h; conflict_position[i] := null; befores[i] := h;
        while r <= r_count and r_append[r] <= i loop
            if hit is null and first_position[r_rival[r]] + r_ord[r] - 1 > a_after[i] then
                hit := first_position[r_rival[r]] + r_ord[r] - 1;
            end if;
            r := r + 1;
        end loop;
        if used[i] then
            status[i] := 3;
        elsif not (x is null or x = h or (x = -1 and h > 0)) then
            status[i] := 1;
        elsif hit is not null then
            status[i] := 2; conflict_position[i] := hit;
        else
            status[i] := 0;
            if a_count[i] > 0 then
                first_position[i] := head + 1;
                head := head + a_count[i];
                if s > 0 then
                    heads[s] := h + a_count[i]; new_version[i] := h + a_count[i];
                end if;
            end if;
        end if;
    end loop;

    if e_tags is null then
        insert into {schema}.events
               (position, version, recorded_at, event_id, event_version, name, category, stream_id, payload, metadata)
        select first_position[e.append] + e.ord - 1, befores[e.append] + e.ord, now, e.id, e.version, e.name,
               s_category[a_stream[e.append]], s_id[a_stream[e.append]], e.payload, a_metadata[e.append]
          from unnest(e_append, e_ord, e_name, e_version, e_id, e_payload) e(append, ord, name, version, id, payload)
         where status[e.append] = 0;
    else
        with stored as (
            insert into {schema}.events
                   (position, version, recorded_at, event_id, event_version, name, category, stream_id, payload, metadata, tags)
            select first_position[e.append] + e.ord - 1, befores[e.append] + e.ord, now, e.id, e.version, e.name,
                   s_category[a_stream[e.append]], s_id[a_stream[e.append]], e.payload, a_metadata[e.append], e.tags::text[]
              from unnest(e_append, e_ord, e_name, e_version, e_id, e_payload, e_tags) e(append, ord, name, version, id, payload, tags)
             where status[e.append] = 0
            returning events.position, events.name, events.tags)
        insert into {schema}.event_tags (position, tag, name) select st.position, t.tag, st.name from stored st, unnest(st.tags) t(tag);
    end if;

    if a_key is not null then
        insert into {schema}.append_keys (key, command, category, stream_id, first_position, last_position, version, recorded_at)
        select k.key, k.command, s_category[a_stream[k.ord]], s_id[a_stream[k.ord]],
               first_position[k.ord], first_position[k.ord] + a_count[k.ord] - 1, new_version[k.ord], now
          from unnest(a_key, a_command) with ordinality k(key, command, ord) where k.key is not null and status[k.ord] = 0;
    end if;
end $$;
-- the plans never depend on the values, and making them costs more than running them
alter function {schema}.append_1 set plan_cache_mode = force_generic_plan;
alter function {schema}.append_1 set jit = off;
