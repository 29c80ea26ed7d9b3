// Sums, differences and conversions over contiguous arrays.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// a[n] += b[n]: one node of the reduction tree.
void sdt_add(float *a, const float *b, size_t n);

/// out[n] = a[n] + b[n].
void sdt_add_into(float *out, const float *a, const float *b, size_t n);

/// a[n] *= factor.
void sdt_scale(float *a, float factor, size_t n);

/// out[n] = a[n] * factor.
void sdt_scale_into(float *out, const float *a, float factor, size_t n);

/// 1 when every a[n] is finite, else 0.
int sdt_all_finite(const float *a, size_t n);

/// Sum of (a - b)^2, in double, in an association that depends on n alone.
double sdt_squared_distance(const float *a, const float *b, size_t n);

/// out[columns] = the sum over rows of a[rows, columns].
void sdt_column_sums(float *out, const float *a, size_t rows, size_t columns);

/// out[n] = a[n] * scale + offset, widened from the type in which the data is stored.
void sdt_widen_u8(float *out, const uint8_t *a, float scale, float offset, size_t n);
void sdt_widen_i16(float *out, const int16_t *a, float scale, float offset, size_t n);
void sdt_widen_f32(float *out, const float *a, float scale, float offset, size_t n);

/// a[n] = 1 where a > threshold, else 0.
void sdt_threshold(float *a, float threshold, size_t n);

/// a[rows, columns] = (a - mean[columns]) * inverse_deviation[columns].
void sdt_standardize(float *a, const float *mean, const float *inverse_deviation, size_t rows,
                     size_t columns);

/// sum[columns] += a[rows, columns], and squares[columns] += (a - center[columns])^2.
void sdt_moments(double *sum, double *squares, const float *a, const float *center, size_t rows,
                 size_t columns);

/// out[columns] = scale * (sum of b over its rows) - (sum of a over its rows).
void sdt_column_difference(float *out, const float *a, size_t rows_a, const float *b, size_t rows_b,
                           float scale, size_t columns);
