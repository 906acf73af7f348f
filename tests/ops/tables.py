"""All rows of the tables."""

import rows_elementwise
import rows_linalg
import rows_nn
import rows_reduce
import rows_shape

every_row = [
    row for part in (rows_elementwise, rows_reduce, rows_shape, rows_linalg, rows_nn) for row in part.rows
]
