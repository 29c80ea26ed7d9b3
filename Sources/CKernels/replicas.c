#include "include/replicas.h"

#include "dispatch.h"

SDT_DISPATCH
void sdt_temper_rows(float *restrict field, const float *restrict beta, const float *restrict bias,
                     size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    float *row = field + r * columns, b = beta[r];
    if (bias)
      for (size_t i = 0; i < columns; i++) row[i] = b * row[i] + (b - 1) * bias[i];
    else
      for (size_t i = 0; i < columns; i++) row[i] *= b;
  }
}

SDT_DISPATCH
void sdt_interactions(double *restrict out, const float *restrict h, const float *restrict field,
                      const float *restrict bias, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    double lane[8] = {0}, sum = 0;
    const float *x = h + r * columns, *f = field + r * columns;
    size_t base = 0;
    for (; base + 8 <= columns; base += 8)
      for (size_t l = 0; l < 8; l++)
        lane[l] += (double)x[base + l] * ((double)f[base + l] + (double)bias[base + l]);
    for (size_t i = base; i < columns; i++) sum += (double)x[i] * ((double)f[i] + (double)bias[i]);
    for (size_t l = 0; l < 8; l++) sum += lane[l];
    out[r] = sum;
  }
}
