select count(*)
  from pg_locks l
 where l.locktype = 'advisory' and not l.granted and l.classid = 20291 and l.objid = '{schema}.events'::regclass::oid and l.objsubid = 2
   and l.database = (select d.oid from pg_database d where d.datname = current_database())
