-- Whether statements have names here that this client has given them: then others who share the connection mean theirs by the same name.
select exists (select from pg_prepared_statements where name like 'sqlx\_s\_%') as ours
