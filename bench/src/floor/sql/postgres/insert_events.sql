insert into events (version, event_id, event_version, name, category, stream_id, payload)
select $1 + e.ord, e.id, e.version, e.name, $2, $3, e.payload
  from unnest($4::uuid[], $5::bigint[], $6::text[], $7::json[]) with ordinality e(id, version, name, payload, ord)
