#include "include/vectors.h"

#include "dispatch.h"

#define LANES 16

// Lanes i and i + half, for half = 8, 4, 2, 1.
SDT_INLINE double sum_lanes(double *lane) {
  for (size_t half = LANES / 2; half > 0; half /= 2) {
    for (size_t i = 0; i < half; i++) lane[i] += lane[i + half];
  }
  return lane[0];
}

SDT_DISPATCH
double sdt_dot(const float *x, const float *y, size_t n) {
  double lane[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    for (size_t j = 0; j < LANES; j++) lane[j] += (double)x[i + j] * (double)y[i + j];
  }
  for (size_t j = 0; i + j < n; j++) lane[j] += (double)x[i + j] * (double)y[i + j];
  return sum_lanes(lane);
}

SDT_DISPATCH
double sdt_sum_of_magnitudes(const float *x, size_t n) {
  double lane[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    for (size_t j = 0; j < LANES; j++) lane[j] += __builtin_fabsf(x[i + j]);
  }
  for (size_t j = 0; i + j < n; j++) lane[j] += __builtin_fabsf(x[i + j]);
  return sum_lanes(lane);
}

SDT_DISPATCH
double sdt_largest_magnitude(const float *x, size_t n) {
  float largest = 0;
  for (size_t i = 0; i < n; i++) {
    float magnitude = __builtin_fabsf(x[i]);
    if (!(magnitude <= largest)) largest = magnitude;
    if (largest != largest) break;
  }
  return largest;
}

// Contraction would round differently from one CPU level to the next.
SDT_DISPATCH
void sdt_combine(double a, const float *x, double b, const float *y, float *out, size_t n) {
#pragma clang fp contract(off)
  for (size_t i = 0; i < n; i++) out[i] = (float)(a * x[i] + b * y[i]);
}

SDT_DISPATCH
void sdt_add_wide(const float *restrict x, double *restrict sums, size_t n) {
  for (size_t i = 0; i < n; i++) sums[i] += x[i];
}

SDT_DISPATCH
void sdt_narrow(const double *restrict sums, double scale, double decay,
                const float *restrict parameter, float *restrict out, size_t n) {
#pragma clang fp contract(off)
  for (size_t i = 0; i < n; i++) out[i] = (float)(scale * sums[i] + decay * parameter[i]);
}
