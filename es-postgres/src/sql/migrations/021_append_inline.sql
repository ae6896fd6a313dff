-- Appends a batch as append_1 does, and with it moves the checkpoints of read models, p_*, and writes rows of views, w_*, whose tables'
-- functions are t_write. All appends of a batch keep the same read models.
-- Where a read model has not seen an event that it follows, or a row is another one than the one that its change rests on, nothing is
-- appended at all: that is an error, 40E02 or 40E01.
create function {schema}.append_inline_1(
    s_category text[], s_id text[], s_hint bigint[],
    a_stream int[], a_expect bigint[],
    a_count int[], a_metadata json[],
    a_key text[], a_command text[],
    a_after bigint[],
    e_append int[], e_ord int[], e_name text[], e_version bigint[], e_id uuid[], e_payload json[],
    e_tags text[],
    c_append int[], c_names text[], c_tags text[],
    r_append int[], r_rival int[], r_ord int[],
    l_name text[], l_shared boolean[], l_all boolean,
    p_projection text[], p_version bigint[], p_names text[], -- array literals of names
    t_write text[],
    w_append int[], w_table int[],                           -- from 1, into a_* and t_write
    w_key text[], w_rests_on bigint[],                       -- null: there was no such row
    w_state json[], w_columns text[],                        -- null: the row ends; array literals
    out status int[], out first_position bigint[], out new_version bigint[], out conflict_position bigint[], out now timestamptz
) language plpgsql volatile as $$
declare
    last   bigint[]; -- of each append that was stored
    before bigint;
    after  bigint;
    moved  int;
begin
    select a.* into status, first_position, new_version, conflict_position, now
      from {schema}.append_1(
           s_category, s_id, s_hint, a_stream, a_expect, a_count, a_metadata, a_key, a_command, a_after,
           e_append, e_ord, e_name, e_version, e_id, e_payload, e_tags, c_append, c_names, c_tags, r_append, r_rival, r_ord,
           l_name, l_shared, l_all) a;
    for i in 1 .. cardinality(status) loop
        last[i] := null;
        if status[i] = 0 and first_position[i] is not null then
            last[i] := first_position[i] + a_count[i] - 1;
            before := least(before, first_position[i] - 1);
            after := greatest(after, last[i]);
        end if;
    end loop;
    if after is null then return; end if;

    -- first of all, so that nobody who catches up is in the middle of it: what they have written is seen by the statements below
    update {schema}.projections p set position = after
      from unnest(p_projection, p_version, p_names) k(projection, version, names)
     where p.projection = k.projection and p.version = k.version and p.part = 0
       and (p.position >= before or before - p.position <= 10000 and not exists (
            select from {schema}.events e
             where e.position > p.position and e.position <= before and e.name = any (k.names::text[])));
    get diagnostics moved = row_count;
    if moved <> cardinality(p_projection) then
        raise exception 'a read model has events to catch up on' using errcode = '40E02';
    end if;
    for t in 1 .. coalesce(cardinality(t_write), 0) loop
        execute format('select {schema}.%I($1, $2, $3, $4, $5, $6, $7, $8)', t_write[t])
          using t, last, w_append, w_table, w_key, w_rests_on, w_state, w_columns;
    end loop;
end $$;
alter function {schema}.append_inline_1 set plan_cache_mode = force_generic_plan;
alter function {schema}.append_inline_1 set jit = off
