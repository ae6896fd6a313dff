-- Makes the parts of projections that are not there yet. Where one is kept in another number of parts, nothing is made, and it is said.
create function {schema}.register_1(
    s_projection text[], s_version bigint[], s_part bigint[], s_parts bigint[],
    out other_projection text, out other_version bigint, out other_parts bigint
) language plpgsql volatile as $$
begin
    -- a statement of its own: those below see what others have made
    perform pg_advisory_xact_lock(20295, '{schema}.projections'::regclass::oid::int);
    select p.projection, p.version, p.parts into other_projection, other_version, other_parts
      from {schema}.projections p
      join unnest(s_projection, s_version, s_parts) s(projection, version, parts) on p.projection = s.projection and p.version = s.version
     where p.parts <> s.parts limit 1;
    if not found then
        insert into {schema}.projections (projection, version, part, parts)
        select s.* from unnest(s_projection, s_version, s_part, s_parts) s on conflict do nothing;
    end if;
end $$
