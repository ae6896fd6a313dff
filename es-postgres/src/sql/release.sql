with left_over as (delete from {schema}.workers where worker = $1)
update {schema}.projections set holder = null, held_until = null where holder = $1
