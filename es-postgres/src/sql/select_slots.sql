select projection, version, part, parts, token, position, case when held_until > clock_timestamp() then holder end
  from {schema}.projections
