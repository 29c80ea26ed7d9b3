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

/// The largest step of a field in temperature whose exponential the polynomial below may take.
#define SDT_SMALL_STEP 0.25f

/// exp(x) - 1 for |x| <= 1/4, relative error below 1e-7.
SDT_INLINE float sdt_small_expm1(float x) {
  float p = 1.3888889e-3f;
  p = p * x + 8.3333333e-3f;
  p = p * x + 4.1666667e-2f;
  p = p * x + 1.6666667e-1f;
  p = p * x + 0.5f;
  return p * x * x + x;
}

/// The same for a small step, in float. With p = sigmoid(from f) and d = exp((to - from) f) - 1,
///   softplus(to f) - softplus(from f) = log(1 + p d) and sigmoid(to f) = (p + p d) / (1 + p d):
/// one exponential instead of two, and the relative error of a factor's logarithm is that of p d, 5e-7.
SDT_INLINE void sdt_gently_tempered_group(float *unit, const float *bias, float from, float step,
                                          double *product, const uint32_t *words, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float f = unit[i] + bias[i], p = sdt_sigmoid(from * f), grown = p * sdt_small_expm1(step * f);
    product[i] *= 1 + (double)grown;
    // u < (p + p d) / (1 + p d); a field that is not a number is drawn as one.
    float on = sdt_unit_float(words[i]) * (1 + grown) < p + grown ? 1.0f : 0.0f;
    unit[i] = f == f ? on : f;
  }
}

/// Whether all steps of a group are small; not where one is no number.
SDT_INLINE int sdt_is_gentle(const float *unit, const float *bias, float step, size_t n) {
  int loud = 0;
  for (size_t i = 0; i < n; i++) loud |= !(fabsf(step * (unit[i] + bias[i])) <= SDT_SMALL_STEP);
  return !loud;
}

SDT_INLINE void sdt_either_group(float *unit, const float *bias, double from, double to,
                                 double *product, double *linear, const uint32_t *words, size_t n) {
  if (sdt_is_gentle(unit, bias, (float)(to - from), n))
    sdt_gently_tempered_group(unit, bias, (float)from, (float)(to - from), product, words, n);
  else
    sdt_tempered_group(unit, bias, from, to, product, linear, words, n);
}

/// The logarithm of the product of all lanes, which are 1 again. A factor lies between 1/2 and 2, a lane
/// has 32 of them, and so the product of 16 lanes between 2^-512 and 2^512.
SDT_INLINE double sdt_lanes_logarithm(double *product) {
  double sum = 0;
  for (size_t i = 0; i < SDT_GROUP; i += 16) {
    double part = 1;
    for (size_t l = i; l < i + 16; l++) part *= product[l];
    sum += log(part);
  }
  for (size_t i = 0; i < SDT_GROUP; i++) product[i] = 1;
  return sum;
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
        sdt_either_group(unit, bias + base, from, to, product, linear, words, SDT_GROUP);
      else
        sdt_either_group(unit, bias + base, from, to, product, linear, words, n);
      if (++factors % 32 == 0) sum += sdt_lanes_logarithm(product);
    }
    sum += sdt_lanes_logarithm(product);
    for (size_t i = 0; i < SDT_GROUP; i++) sum += linear[i];
    weights[r] += sum;
  }
}

/// One group of units between base and machine, drawn in place of their fields; adds difference . x to
/// eight lanes.
SDT_INLINE void sdt_mixed_group(float *unit, const float *b, const float *a, float beta,
                                const double *difference, double *lane, const uint32_t *words,
                                size_t n) {
  for (size_t i = 0; i < n; i++) {
    float p = sdt_sigmoid((1 - beta) * a[i] + beta * (b[i] + unit[i]));
    unit[i] = p == p ? (sdt_unit_float(words[i]) < p ? 1.0f : 0.0f) : p;
  }
  size_t base = 0;
  for (; base + 8 <= n; base += 8)
    for (size_t l = 0; l < 8; l++) lane[l] += (double)unit[base + l] * difference[base + l];
  for (size_t l = 0; base + l < n; l++) lane[l] += (double)unit[base + l] * difference[base + l];
}

SDT_DISPATCH
void sdt_mixed_layer(float *field, const float *bias, const float *base, float beta,
                     const double *difference, double *dots, size_t rows, size_t columns,
                     sdt_stream stream, const uint32_t *items) {
  uint32_t words[SDT_GROUP];
  for (size_t r = 0; r < rows; r++) {
    double lane[8] = {0}, sum = 0;
    for (size_t first = 0; first < columns; first += SDT_GROUP) {
      sdt_philox_group(stream, items[r], (uint32_t)(first / SDT_GROUP), words);
      size_t n = columns - first < SDT_GROUP ? columns - first : SDT_GROUP;
      float *unit = field + r * columns + first;
      if (n == SDT_GROUP)
        sdt_mixed_group(unit, bias + first, base + first, beta, difference + first, lane, words,
                        SDT_GROUP);
      else
        sdt_mixed_group(unit, bias + first, base + first, beta, difference + first, lane, words, n);
    }
    for (size_t l = 0; l < 8; l++) sum += lane[l];
    dots[r] = sum;
  }
}

SDT_DISPATCH
void sdt_mix_fields(float *field, const float *bias, const float *base, float beta, size_t rows,
                    size_t columns) {
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < columns; i++) {
      float *f = field + r * columns + i;
      *f = (1 - beta) * base[i] + beta * (bias[i] + *f);
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
