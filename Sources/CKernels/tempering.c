#include "include/tempering.h"

#include <math.h>

#include "activations.h"
#include "philox_lanes.h"

/// One group of units: draws them, and multiplies the lanes by (1 + exp(-|to f|)) / (1 + exp(-|from f|)).
/// What the logarithms of these leave out, max(to f, 0) - max(from f, 0), is added to `linear`.
SDT_INLINE void sdt_tempered_group(float *unit, const float *bias, double from, double to,
                                   double *product, double *linear, const uint32_t *words,
                                   size_t n) {
  for (size_t i = 0; i < n; i++) {
    double f = (double)unit[i] + (double)bias[i];
    double below = sdt_exp_double(-fabs(from * f)), above = sdt_exp_double(-fabs(to * f));
    product[i] *= (1 + above) / (1 + below);
    linear[i] += f > 0 ? (to - from) * f : 0;
    double on = (f > 0 ? 1 : above) / (1 + above);
    // A field that is not a number is drawn as one: it must be seen, not repaired.
    unit[i] = f == f ? ((double)sdt_unit_float(words[i]) < on ? 1.0f : 0.0f) : (float)f;
  }
}

SDT_DISPATCH
void sdt_tempered_layer(float *field, const float *bias, double from, double to, double *weights,
                        size_t rows, size_t columns, sdt_stream stream, const uint32_t *items) {
  uint32_t words[SDT_GROUP];
  for (size_t r = 0; r < rows; r++) {
    double product[SDT_GROUP], linear[SDT_GROUP], sum = 0;
    for (size_t i = 0; i < SDT_GROUP; i++) product[i] = 1, linear[i] = 0;
    size_t factors = 0;
    for (size_t base = 0; base < columns; base += SDT_GROUP) {
      sdt_philox_group(stream, items[r], (uint32_t)(base / SDT_GROUP), words);
      size_t n = columns - base < SDT_GROUP ? columns - base : SDT_GROUP;
      float *unit = field + r * columns + base;
      if (n == SDT_GROUP)
        sdt_tempered_group(unit, bias + base, from, to, product, linear, words, SDT_GROUP);
      else
        sdt_tempered_group(unit, bias + base, from, to, product, linear, words, n);
      // A factor lies between 1/2 and 2: a few hundred stay inside a double.
      if (++factors % 512 == 0)
        for (size_t i = 0; i < SDT_GROUP; i++) linear[i] += log(product[i]), product[i] = 1;
    }
    for (size_t i = 0; i < SDT_GROUP; i++) sum += linear[i] + log(product[i]);
    weights[r] += sum;
  }
}

SDT_DISPATCH
void sdt_mixed_layer(float *field, const float *bias, const float *base, float beta, size_t rows,
                     size_t columns, sdt_stream stream, const uint32_t *items) {
  uint32_t words[SDT_GROUP];
  for (size_t r = 0; r < rows; r++) {
    for (size_t first = 0; first < columns; first += SDT_GROUP) {
      sdt_philox_group(stream, items[r], (uint32_t)(first / SDT_GROUP), words);
      size_t n = columns - first < SDT_GROUP ? columns - first : SDT_GROUP;
      float *unit = field + r * columns + first;
      const float *b = bias + first, *a = base + first;
      for (size_t i = 0; i < n; i++) {
        float p = sdt_sigmoid((1 - beta) * a[i] + beta * (b[i] + unit[i]));
        unit[i] = p == p ? (sdt_unit_float(words[i]) < p ? 1.0f : 0.0f) : p;
      }
    }
  }
}

SDT_DISPATCH
double sdt_dot_mixed(const float *x, const double *a, size_t n) {
  double lane[8] = {0}, sum = 0;
  size_t base = 0;
  for (; base + 8 <= n; base += 8)
    for (size_t l = 0; l < 8; l++) lane[l] += (double)x[base + l] * a[base + l];
  for (size_t i = base; i < n; i++) sum += (double)x[i] * a[i];
  for (size_t l = 0; l < 8; l++) sum += lane[l];
  return sum;
}
