insert into parked (projection, version, position, key, part, parts, attempts, mark, parked_at, error)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
on conflict do update set attempts = excluded.attempts, error = excluded.error, mark = case when mark = 2 then 2 else excluded.mark end
