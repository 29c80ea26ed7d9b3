#include "include/enumeration.h"

#include <math.h>
#include <stdint.h>

#include "dispatch.h"
#include "exponents.h"

enum { SDT_WIDE = 16 };

SDT_INLINE double sdt_one_state(const double *high, const double *low, size_t columns,
                                size_t group) {
  double product[SDT_WIDE], whole = 1;
  int64_t exponent[SDT_WIDE], sum = 0;
  for (size_t l = 0; l < SDT_WIDE; l++) product[l] = 1, exponent[l] = 0;
  for (size_t base = 0; base < columns;) {
    size_t rest = (columns - base) / SDT_WIDE, end = base + (rest < group ? rest : group) * SDT_WIDE;
    for (; base < end; base += SDT_WIDE)
      for (size_t l = 0; l < SDT_WIDE; l++) product[l] *= 1 + high[base + l] * low[base + l];
    sdt_set_exponents_aside(product, exponent, SDT_WIDE);
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
