select drawn, safe from {schema}.fence_1()
