update {schema}.store set overlapped = true
