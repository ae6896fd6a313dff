with unparked as (delete from {schema}.parked where projection = $1 and version = $2)
delete from {schema}.projections where projection = $1 and version = $2
