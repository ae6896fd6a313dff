-- The same, visible to others and unlocked before it is flushed: the commit that flushes it comes after, before the answer.
create procedure {schema}.append_overlapped_1(
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
    inout status int[], inout first_position bigint[], inout new_version bigint[], inout conflict_position bigint[], inout now timestamptz
) language plpgsql as $$
begin
    perform set_config('synchronous_commit', 'off', true);
    select a.* into status, first_position, new_version, conflict_position, now
      from {schema}.append_1(
           s_category, s_id, s_hint, a_stream, a_expect, a_count, a_metadata, a_key, a_command, a_after,
           e_append, e_ord, e_name, e_version, e_id, e_payload, e_tags, c_append, c_names, c_tags, r_append, r_rival, r_ord,
           l_name, l_shared, l_all) a;
    commit; -- here others go on
    -- a transaction of its own, whose commit flushes and replicates everything before it
    perform pg_logical_emit_message(true, 'es', '');
end $$
