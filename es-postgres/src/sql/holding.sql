-- Who holds the lock that appends wait for, longest first: a transaction that was prepared has neither process nor query.
select a.pid, coalesce(a.application_name, ''), coalesce(a.usename, p.owner)::text, coalesce(a.state, 'prepared'), p.gid,
       extract(epoch from clock_timestamp() - coalesce(a.xact_start, p.prepared))::float8, a.query
  from pg_locks l
  left join pg_stat_activity a on a.pid = l.pid
  left join pg_locks x on x.locktype = 'transactionid' and x.virtualtransaction = l.virtualtransaction and l.pid is null
  left join pg_prepared_xacts p on p.transaction = x.transactionid
 where l.locktype = 'advisory' and l.granted and l.classid = 20291 and l.objid = '{schema}.events'::regclass::oid and l.objsubid = 2
   and l.database = (select d.oid from pg_database d where d.datname = current_database())
 order by 6 desc
