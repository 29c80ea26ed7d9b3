#include "include/gaussian.h"

#include <math.h>

#include "dispatch.h"

SDT_DISPATCH
void sdt_gaussian_sample(float *mean, float *sample, const float *bias, size_t rows, size_t columns,
                         sdt_stream stream, const uint32_t *items) {
  for (size_t r = 0; r < rows; r++) {
    float *m = mean + r * columns, *drawn = sample + r * columns;
    sdt_normal_fill(stream, items[r], drawn, columns);
    for (size_t i = 0; i < columns; i++) m[i] += bias[i];
    for (size_t i = 0; i < columns; i++) drawn[i] += m[i];
  }
}

SDT_DISPATCH
void sdt_scale_columns(float *out, const float *a, const float *factor, size_t rows,
                       size_t columns) {
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < columns; i++) out[r * columns + i] = a[r * columns + i] * factor[i];
}

SDT_DISPATCH
double sdt_scaled_distance(const float *a, const float *b, const float *factor, size_t rows,
                           size_t columns) {
  double total = 0;
  for (size_t r = 0; r < rows; r++) {
    double lane[16] = {0};
    const float *x = a + r * columns, *y = b + r * columns;
    size_t base = 0;
    for (; base + 16 <= columns; base += 16)
      for (size_t l = 0; l < 16; l++) {
        double d = ((double)x[base + l] - (double)y[base + l]) * (double)factor[base + l];
        lane[l] += d * d;
      }
    for (size_t i = base; i < columns; i++) {
      double d = ((double)x[i] - (double)y[i]) * (double)factor[i];
      lane[0] += d * d;
    }
    for (size_t l = 0; l < 16; l++) total += lane[l];
  }
  return total;
}

SDT_DISPATCH
void sdt_square_difference(float *restrict out, const float *restrict a, size_t rows_a,
                           const float *restrict b, size_t rows_b, const float *restrict center,
                           float scale, size_t columns) {
  for (size_t i = 0; i < columns; i++) out[i] = 0;
  for (size_t r = 0; r < rows_b; r++)
    for (size_t i = 0; i < columns; i++) {
      float d = b[r * columns + i] - center[i];
      out[i] += d * d;
    }
  for (size_t i = 0; i < columns; i++) out[i] *= scale;
  for (size_t r = 0; r < rows_a; r++)
    for (size_t i = 0; i < columns; i++) {
      float d = a[r * columns + i] - center[i];
      out[i] -= d * d;
    }
}

SDT_DISPATCH
void sdt_halve_less_products(float *restrict out, const float *restrict a, const float *restrict b,
                             size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < columns; i++) out[i] -= a[r * columns + i] * b[r * columns + i];
  for (size_t i = 0; i < columns; i++) out[i] *= 0.5f;
}
