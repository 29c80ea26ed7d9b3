#include "include/linear.h"

#include "dispatch.h"

SDT_DISPATCH
void sdt_center_rows(double *restrict out, const float *restrict x, const double *restrict mean,
                     size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < columns; j++) out[r * columns + j] = (double)x[r * columns + j] - mean[j];
}

SDT_DISPATCH
void sdt_add_rows(double *restrict sum, const float *restrict x, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < columns; j++) sum[j] += (double)x[r * columns + j];
}

SDT_DISPATCH
void sdt_add_f64(double *restrict a, const double *restrict b, size_t n) {
  for (size_t i = 0; i < n; i++) a[i] += b[i];
}

SDT_DISPATCH
double sdt_sum_squares_f64(const double *a, size_t n) {
  double lane[8] = {0}, total = 0;
  size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int l = 0; l < 8; l++) lane[l] += a[i + l] * a[i + l];
  for (int l = 0; l < 8; l++) total += lane[l];
  for (; i < n; i++) total += a[i] * a[i];
  return total;
}
