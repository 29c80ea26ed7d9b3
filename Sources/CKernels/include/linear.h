// Float32 samples widened to Float64 for statistics that must be exact: principal components.
#pragma once
#include <stddef.h>

/// out[rows, columns] = x - mean[columns].
void sdt_center_rows(double *out, const float *x, const double *mean, size_t rows, size_t columns);
/// sum[columns] += the rows of x[rows, columns], one after the other.
void sdt_add_rows(double *sum, const float *x, size_t rows, size_t columns);
/// a[i] += b[i].
void sdt_add_f64(double *a, const double *b, size_t n);
/// The sum of a[i]^2, in eight interleaved partial sums.
double sdt_sum_squares_f64(const double *a, size_t n);
