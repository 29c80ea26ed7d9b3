#include "include/elementwise.h"

#include <string.h>

#include "dispatch.h"

SDT_DISPATCH
void sdt_add(float *restrict a, const float *restrict b, size_t n) {
  for (size_t i = 0; i < n; i++) a[i] += b[i];
}

SDT_DISPATCH
void sdt_add_into(float *out, const float *a, const float *b, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] + b[i];
}

SDT_DISPATCH
void sdt_scale(float *a, float factor, size_t n) {
  for (size_t i = 0; i < n; i++) a[i] *= factor;
}

SDT_DISPATCH
void sdt_scale_into(float *restrict out, const float *restrict a, float factor, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] * factor;
}

SDT_DISPATCH
int sdt_all_finite(const float *a, size_t n) {
  uint32_t bad = 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, &a[i], sizeof bits);
    bad |= (bits & 0x7F800000u) == 0x7F800000u;
  }
  return !bad;
}

SDT_DISPATCH
double sdt_squared_distance(const float *a, const float *b, size_t n) {
  double lane[16] = {0}, rest = 0, total = 0;
  size_t i = 0;
  for (; i + 16 <= n; i += 16)
    for (int l = 0; l < 16; l++) {
      double d = (double)a[i + l] - (double)b[i + l];
      lane[l] += d * d;
    }
  for (; i < n; i++) rest += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
  for (int l = 0; l < 16; l++) total += lane[l];
  return total + rest;
}

SDT_DISPATCH
void sdt_column_sums(float *restrict out, const float *restrict a, size_t rows, size_t columns) {
  for (size_t j = 0; j < columns; j++) out[j] = 0;
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < columns; j++) out[j] += a[r * columns + j];
}

SDT_DISPATCH
void sdt_widen_u8(float *out, const uint8_t *a, float scale, float offset, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (float)a[i] * scale + offset;
}

SDT_DISPATCH
void sdt_widen_i16(float *out, const int16_t *a, float scale, float offset, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (float)a[i] * scale + offset;
}

SDT_DISPATCH
void sdt_widen_f32(float *out, const float *a, float scale, float offset, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] * scale + offset;
}

SDT_DISPATCH
void sdt_threshold(float *a, float threshold, size_t n) {
  for (size_t i = 0; i < n; i++) a[i] = a[i] > threshold ? 1.0f : 0.0f;
}

SDT_DISPATCH
void sdt_standardize(float *restrict a, const float *restrict mean,
                     const float *restrict inverse_deviation, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < columns; j++)
      a[r * columns + j] = (a[r * columns + j] - mean[j]) * inverse_deviation[j];
}

SDT_DISPATCH
void sdt_moments(double *restrict sum, double *restrict squares, const float *restrict a,
                 const float *restrict center, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < columns; j++) {
      double x = a[r * columns + j], d = x - center[j];
      sum[j] += x;
      squares[j] += d * d;
    }
}

SDT_DISPATCH
void sdt_column_difference(float *restrict out, const float *restrict a, size_t rows_a,
                           const float *restrict b, size_t rows_b, float scale, size_t columns) {
  for (size_t j = 0; j < columns; j++) out[j] = 0;
  for (size_t r = 0; r < rows_b; r++)
    for (size_t j = 0; j < columns; j++) out[j] += b[r * columns + j];
  for (size_t j = 0; j < columns; j++) out[j] *= scale;
  for (size_t r = 0; r < rows_a; r++)
    for (size_t j = 0; j < columns; j++) out[j] -= a[r * columns + j];
}
