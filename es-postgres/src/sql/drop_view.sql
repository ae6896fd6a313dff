delete from {schema}.views where view = $1 and version = $2
