#include "include/centering.h"

#include "dispatch.h"

SDT_DISPATCH
void sdt_subtract_row(float *restrict a, const float *restrict offset, size_t rows,
                      size_t columns) {
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < columns; i++) a[r * columns + i] -= offset[i];
}

SDT_DISPATCH
void sdt_row_factors(float *restrict out, const float *restrict a, const float *restrict offset,
                     size_t rows, size_t columns, size_t positive, float ratio, float whole) {
  for (size_t r = 0; r < rows; r++) {
    float lane[16] = {0}, sum = 0;
    const float *row = a + r * columns;
    size_t base = 0;
    for (; base + 16 <= columns; base += 16)
      for (size_t l = 0; l < 16; l++) lane[l] += row[base + l] * offset[base + l];
    for (size_t i = base; i < columns; i++) sum += row[i] * offset[i];
    for (size_t l = 0; l < 16; l++) sum += lane[l];
    out[r] = r < positive ? sum - whole : ratio * (whole - sum);
  }
}

SDT_DISPATCH
void sdt_add_weighted_columns(float *restrict out, const float *restrict a,
                              const float *restrict factor, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < columns; i++) out[i] += factor[r] * a[r * columns + i];
}

SDT_DISPATCH
void sdt_less_outer_products(float *restrict out, const float *restrict w, const float *restrict a,
                             const float *restrict b, const float *restrict c,
                             const float *restrict d, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < columns; i++)
      out[i] -= w[r * columns + i] * (a[r] * b[i] + c[r] * d[i]);
}
