#include "include/enumeration.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "dispatch.h"

enum { SDT_WIDE = 16 };

/// Leaves [1, 2) of each product, and adds its binary exponent. The factors are at least 1: a product
/// that is none, or too large, becomes NaN.
SDT_INLINE void sdt_leave_mantissas(double *product, int64_t *exponent) {
  for (size_t l = 0; l < SDT_WIDE; l++) {
    int64_t bits;
    memcpy(&bits, product + l, sizeof bits);
    int64_t biased = bits >> 52;
    exponent[l] += biased - 1023;
    bits = (bits & 0x000FFFFFFFFFFFFFll) | 0x3FF0000000000000ll;
    bits = biased <= 0 || biased >= 0x7FF ? 0x7FF8000000000000ll : bits;
    memcpy(product + l, &bits, sizeof bits);
  }
}

SDT_INLINE double sdt_one_state(const double *high, const double *low, size_t columns,
                                size_t group) {
  double product[SDT_WIDE], whole = 1;
  int64_t exponent[SDT_WIDE], sum = 0;
  for (size_t l = 0; l < SDT_WIDE; l++) product[l] = 1, exponent[l] = 0;
  for (size_t base = 0; base < columns;) {
    size_t rest = (columns - base) / SDT_WIDE, end = base + (rest < group ? rest : group) * SDT_WIDE;
    for (; base < end; base += SDT_WIDE)
      for (size_t l = 0; l < SDT_WIDE; l++) product[l] *= 1 + high[base + l] * low[base + l];
    sdt_leave_mantissas(product, exponent);
  }
  for (size_t l = 0; l < SDT_WIDE; l++) whole *= product[l], sum += exponent[l];
  return log(whole) + 0.6931471805599453 * (double)sum;
}

SDT_DISPATCH
void sdt_product_logarithms(double *out, const double *high, const double *low, size_t states,
                            size_t columns, size_t group) {
  for (size_t s = 0; s < states; s++)
    out[s] = sdt_one_state(high, low + s * columns, columns, group);
}

SDT_DISPATCH
void sdt_half_square_sums(double *out, const double *high, const double *low, size_t states,
                          size_t columns) {
  for (size_t s = 0; s < states; s++) {
    const double *row = low + s * columns;
    double lane[SDT_WIDE] = {0}, sum = 0;
    for (size_t base = 0; base < columns; base += SDT_WIDE)
      for (size_t l = 0; l < SDT_WIDE; l++) {
        double field = high[base + l] + row[base + l];
        lane[l] += field * field;
      }
    for (size_t l = 0; l < SDT_WIDE; l++) sum += lane[l];
    out[s] = 0.5 * sum;
  }
}
