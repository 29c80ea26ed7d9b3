// Layers of Gaussian units with noise of variance 1, and what moves their variances.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "philox.h"

/// mean[rows, columns] = mean + bias[columns], in place, and sample = mean + a standard normal draw
/// (as sdt_normal_fill draws). Row r draws as item items[r].
void sdt_gaussian_sample(float *mean, float *sample, const float *bias, size_t rows, size_t columns,
                         sdt_stream stream, const uint32_t *items);

/// out[rows, columns] = a * factor[columns]. `out` may be `a`.
void sdt_scale_columns(float *out, const float *a, const float *factor, size_t rows,
                       size_t columns);

/// Sum over rows and columns of ((a - b) * factor[columns])^2, in double.
double sdt_scaled_distance(const float *a, const float *b, const float *factor, size_t rows,
                           size_t columns);

/// out[columns] = scale * (sum over b's rows of (b - center)^2) - (the same of a's rows).
void sdt_square_difference(float *out, const float *a, size_t rows_a, const float *b, size_t rows_b,
                           const float *center, float scale, size_t columns);

/// out[columns] = (out - sum over rows of a * b) / 2.
void sdt_halve_less_products(float *out, const float *a, const float *b, size_t rows,
                             size_t columns);
