select projection, version, part, parts, token, position, null::uuid from {schema}.projections
 where projection = any ($1) and version = $2 order by projection, part for update
