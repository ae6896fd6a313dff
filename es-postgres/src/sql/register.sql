select other_projection, other_version, other_parts from {schema}.register_1($1, $2, $3, $4)
