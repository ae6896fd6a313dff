with renamed as (update {schema}.views set view = $2 where view = $1 and version = $3),
     parked as (update {schema}.parked set projection = $2 where projection = $1 and version = $3)
update {schema}.projections set projection = $2, token = $4, holder = null, held_until = null where projection = $1 and version = $3
