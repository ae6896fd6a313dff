update {schema}.projections set position = $6
 where projection = $1 and version = $2 and part = $3 and token = $4 and position = $5
