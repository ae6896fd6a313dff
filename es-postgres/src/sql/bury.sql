-- two that bury the same workers don't wait for each other
delete from {schema}.workers where worker in (
    select worker from {schema}.workers where alive_until <= clock_timestamp() for update skip locked)
