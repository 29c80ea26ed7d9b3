// Rows less an offset, and sums of rows that weigh what the offsets make them weigh.
#pragma once
#include <stddef.h>

/// a[rows, columns] -= offset[columns].
void sdt_subtract_row(float *a, const float *offset, size_t rows, size_t columns);

/// out[rows] = whole - offset . a[row]; the first `positive` rows with the sign turned, the others times
/// `ratio`.
void sdt_row_factors(float *out, const float *a, const float *offset, size_t rows, size_t columns,
                     size_t positive, float ratio, float whole);

/// out[columns] += the sum over rows of factor[rows] * a[rows, columns].
void sdt_add_weighted_columns(float *out, const float *a, const float *factor, size_t rows,
                              size_t columns);

/// out[columns] -= the sum over rows of w[rows, columns] * (a[rows] * b[columns] + c[rows] * d[columns]).
void sdt_less_outer_products(float *out, const float *w, const float *a, const float *b,
                             const float *c, const float *d, size_t rows, size_t columns);
