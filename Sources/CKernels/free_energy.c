#include "include/free_energy.h"

#include <math.h>
#include <stdint.h>

#include "activations.h"
#include "dispatch.h"
#include "exponents.h"

double sdt_softplus_sum(const float *a, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    double x = a[i];
    sum += (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
  }
  return sum;
}

SDT_DISPATCH
double sdt_softplus_sum_double(const double *a, size_t n) {
  double product[16], linear[16], sum = 0;
  for (size_t l = 0; l < 16; l++) product[l] = 1, linear[l] = 0;
  size_t base = 0, factors = 0;
  for (; base + 16 <= n; base += 16) {
    for (size_t l = 0; l < 16; l++) {
      double x = a[base + l];
      linear[l] += x > 0 ? x : 0;
      // At most 2: a thousand factors stay inside a double. Not a number stays one.
      product[l] *= 1 + sdt_exp_double(-fabs(x));
    }
    if (++factors % 1000 == 0)
      for (size_t l = 0; l < 16; l++) linear[l] += log(product[l]), product[l] = 1;
  }
  for (size_t i = base; i < n; i++) sum += (a[i] > 0 ? a[i] : 0) + log1p(exp(-fabs(a[i])));
  for (size_t l = 0; l < 16; l++) sum += linear[l] + log(product[l]);
  return sum;
}

enum { SDT_TILE = 64, SDT_PACK = 8 };

/// Products of positive factors: [1, 2) times a power of two each.
typedef struct {
  double product[SDT_TILE];
  int64_t exponent[SDT_TILE];
} sdt_products;

SDT_INLINE void sdt_products_start(sdt_products *a, size_t n) {
  for (size_t i = 0; i < n; i++) a->product[i] = 1, a->exponent[i] = 0;
}

SDT_INLINE void sdt_set_exponent_aside(sdt_products *a, size_t n) {
  sdt_set_exponents_aside(a->product, a->exponent, n);
}

SDT_INLINE double sdt_logarithm(const sdt_products *a, size_t i) {
  return log(a->product[i]) + 0.6931471805599453 * (double)a->exponent[i];
}

/// product over j of q_j + p_j * (x_i = 1 ? shrink : grow): units of values zero and one.
SDT_INLINE void sdt_binary_odds(double *odds, const float *x, const double *p, const double *q,
                                const double *grow, const double *shrink, size_t hidden, size_t n,
                                size_t stride, size_t group) {
  sdt_products a;
  sdt_products_start(&a, n);
  for (size_t j = 0; j < hidden; j++) {
    const double *g = grow + j * stride, *s = shrink + j * stride;
    double pj = p[j], qj = q[j];
    for (size_t i = 0; i < n; i++) a.product[i] *= qj + pj * (x[i] > 0.5f ? s[i] : g[i]);
    if ((j + 1) % group == 0) sdt_set_exponent_aside(&a, n);
  }
  sdt_set_exponent_aside(&a, n);
  for (size_t i = 0; i < n; i++) {
    double value = sdt_logarithm(&a, i);
    odds[i] = x[i] > 0.5f ? -value : value;
  }
}

SDT_DISPATCH
static void sdt_binary_tile(double *odds, const float *x, const double *p, const double *q,
                            const double *grow, const double *shrink, size_t hidden, size_t n,
                            size_t stride, size_t group) {
  if (n == SDT_TILE)
    sdt_binary_odds(odds, x, p, q, grow, shrink, hidden, SDT_TILE, stride, group);
  else
    sdt_binary_odds(odds, x, p, q, grow, shrink, hidden, n, stride, group);
}

/// The same for units of values between, which are few in most data: those at the columns `at` of a
/// tile, n a multiple of SDT_PACK. Numerators and denominators are two products.
SDT_DISPATCH
static void sdt_grey_tile(double *odds, const float *x, const int32_t *at, const double *p,
                          const double *q, const float *weights, const double *grow, size_t hidden,
                          size_t n, size_t stride, size_t group) {
  sdt_products above, below;
  double value[SDT_TILE];
  sdt_products_start(&above, n);
  sdt_products_start(&below, n);
  for (size_t i = 0; i < n; i++) value[i] = -(double)x[at[i]];
  for (size_t j = 0; j < hidden; j++) {
    const float *w = weights + j * stride;
    const double *g = grow + j * stride;
    double pj = p[j], qj = q[j];
    for (size_t i = 0; i < n; i += SDT_PACK)
      for (size_t l = i; l < i + SDT_PACK; l++) {
        double t = pj * sdt_exp_double(value[l] * (double)w[at[l]]);
        above.product[l] *= qj + t * g[at[l]];
        below.product[l] *= qj + t;
      }
    if ((j + 1) % group == 0) {
      sdt_set_exponent_aside(&above, n);
      sdt_set_exponent_aside(&below, n);
    }
  }
  sdt_set_exponent_aside(&above, n);
  sdt_set_exponent_aside(&below, n);
  for (size_t i = 0; i < n; i++) odds[at[i]] = sdt_logarithm(&above, i) - sdt_logarithm(&below, i);
}

void sdt_visible_log_odds(double *odds, const float *x, const double *p, const double *q,
                          const float *weights, const double *grow, const double *shrink,
                          size_t hidden, size_t columns, size_t stride, size_t group) {
  for (size_t base = 0; base < columns; base += SDT_TILE) {
    size_t n = columns - base < SDT_TILE ? columns - base : SDT_TILE, grey = 0;
    int32_t at[SDT_TILE];
    for (size_t i = 0; i < n; i++)
      if (x[base + i] != 0 && x[base + i] != 1) at[grey++] = (int32_t)i;
    if (grey < n)
      sdt_binary_tile(odds + base, x + base, p, q, grow + base, shrink + base, hidden, n, stride,
                      group);
    if (grey == 0) continue;
    // The last unit fills the last pack.
    for (; grey % SDT_PACK; grey++) at[grey] = at[grey - 1];
    sdt_grey_tile(odds + base, x + base, at, p, q, weights + base, grow + base, hidden, grey,
                  stride, group);
  }
}
