#include "include/free_energy.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "dispatch.h"

double sdt_softplus_sum(const float *a, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    double x = a[i];
    sum += (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
  }
  return sum;
}

enum { SDT_TILE = 64 };

/// Moves the binary exponent of a positive product into `exponent`; leaves it in [1, 2).
SDT_INLINE void sdt_set_exponent_aside(double *product, int64_t *exponent, size_t n) {
  for (size_t i = 0; i < n; i++) {
    int64_t bits;
    memcpy(&bits, &product[i], sizeof bits);
    exponent[i] += (bits >> 52) - 1023;
    bits = (bits & 0x000FFFFFFFFFFFFFll) | 0x3FF0000000000000ll;
    memcpy(&product[i], &bits, sizeof bits);
  }
}

/// product over j of q_j + p_j * (x_i = 1 ? shrink : grow): a sample of zeros and ones.
SDT_INLINE void sdt_binary_odds(double *odds, const float *x, const double *p, const double *q,
                                const double *grow, const double *shrink, size_t hidden, size_t n,
                                size_t stride, size_t group) {
  double product[SDT_TILE];
  int64_t exponent[SDT_TILE];
  for (size_t i = 0; i < n; i++) product[i] = 1, exponent[i] = 0;
  for (size_t j = 0; j < hidden; j++) {
    const double *g = grow + j * stride, *s = shrink + j * stride;
    double pj = p[j], qj = q[j];
    for (size_t i = 0; i < n; i++) product[i] *= qj + pj * (x[i] > 0.5f ? s[i] : g[i]);
    if ((j + 1) % group == 0) sdt_set_exponent_aside(product, exponent, n);
  }
  sdt_set_exponent_aside(product, exponent, n);
  for (size_t i = 0; i < n; i++) {
    double value = log(product[i]) + 0.6931471805599453 * (double)exponent[i];
    odds[i] = x[i] > 0.5f ? -value : value;
  }
}

/// The same for one unit of any value between: exp(-x W) is shrink to the power x.
static double sdt_grey_odds(double x, const double *p, const double *q, const double *grow,
                            const double *shrink, size_t hidden, size_t stride) {
  double sum = 0;
  for (size_t j = 0; j < hidden; j++) {
    double t = exp(x * log(shrink[j * stride]));
    sum += log((q[j] + p[j] * grow[j * stride] * t) / (q[j] + p[j] * t));
  }
  return sum;
}

SDT_DISPATCH
static void sdt_odds_tile(double *odds, const float *x, const double *p, const double *q,
                          const double *grow, const double *shrink, size_t hidden, size_t n,
                          size_t stride, size_t group) {
  if (n == SDT_TILE)
    sdt_binary_odds(odds, x, p, q, grow, shrink, hidden, SDT_TILE, stride, group);
  else
    sdt_binary_odds(odds, x, p, q, grow, shrink, hidden, n, stride, group);
}

void sdt_visible_log_odds(double *odds, const float *x, const double *p, const double *q,
                          const double *grow, const double *shrink, size_t hidden, size_t columns,
                          size_t stride, size_t group) {
  for (size_t base = 0; base < columns; base += SDT_TILE) {
    size_t n = columns - base < SDT_TILE ? columns - base : SDT_TILE;
    sdt_odds_tile(odds + base, x + base, p, q, grow + base, shrink + base, hidden, n, stride, group);
    for (size_t i = base; i < base + n; i++)
      if (x[i] != 0 && x[i] != 1)
        odds[i] = sdt_grey_odds(x[i], p, q, grow + i, shrink + i, hidden, stride);
  }
}
