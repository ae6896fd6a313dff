-- where positions are fenced
create sequence {schema}.positions cache 1
