// Sums and maxima of a row in sixteen lanes: they vectorise, and their association depends on n alone.
#pragma once
#include <math.h>
#include <stddef.h>

#include "dispatch.h"

/// The sum over i < n of an expression in i, into `total`.
#define SDT_LANE_SUM(total, n, expression)                      \
  do {                                                          \
    float lane[16] = {0}, rest = 0;                             \
    size_t base = 0;                                            \
    for (; base + 16 <= (n); base += 16)                        \
      for (size_t lane_ = 0; lane_ < 16; lane_++) {             \
        const size_t i = base + lane_;                          \
        lane[lane_] += (expression);                            \
      }                                                         \
    for (size_t i = base; i < (n); i++) rest += (expression);   \
    (total) = 0;                                                \
    for (size_t i = 0; i < 16; i++) (total) += lane[i];         \
    (total) += rest;                                            \
  } while (0)

SDT_INLINE float sdt_row_sum(const float *a, size_t n) {
  float total;
  SDT_LANE_SUM(total, n, a[i]);
  return total;
}

/// The largest of n > 0 values; NaN is passed over, as comparisons do.
SDT_INLINE float sdt_row_max(const float *a, size_t n) {
  float lane[16], most = a[0];
  size_t base = 0;
  for (size_t l = 0; l < 16; l++) lane[l] = a[0];
  for (; base + 16 <= n; base += 16)
    for (size_t l = 0; l < 16; l++) lane[l] = a[base + l] > lane[l] ? a[base + l] : lane[l];
  for (size_t l = 0; l < 16; l++) most = lane[l] > most ? lane[l] : most;
  for (size_t i = base; i < n; i++) most = a[i] > most ? a[i] : most;
  return most;
}
