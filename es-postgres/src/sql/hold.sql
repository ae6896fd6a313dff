-- Takes what is free, and renews what is held, if nobody came in between. A part that is being written to is passed over: whoever writes
-- to it is at work, and a lease that has run out meanwhile is not taken before that ends.
with locked as (
    select p.projection, p.version, p.part, w.taken
      from {schema}.projections p
      join unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::boolean[]) w(projection, version, part, token, taken)
        on p.projection = w.projection and p.version = w.version and p.part = w.part and p.token = w.token
     where case when w.taken then p.holder is null or p.held_until <= clock_timestamp() else p.holder = $6 end
       for update of p skip locked)
update {schema}.projections p set holder = $6, held_until = clock_timestamp() + $7, token = p.token + l.taken::int
  from locked l where p.projection = l.projection and p.version = l.version and p.part = l.part
returning p.projection, p.version, p.part, p.parts, p.token, p.position, null::uuid
