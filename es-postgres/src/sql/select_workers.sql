select worker, wants from {schema}.workers
