select distinct version from {schema}.projections where projection = $1 order by version
