select position from {schema}.checkpoints where name = $1
