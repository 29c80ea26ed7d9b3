#include "include/layers.h"

#include "activations.h"
#include "dispatch.h"
#include "lanes.h"

SDT_INLINE float sdt_leaky(float x, float slope) { return x > 0 ? x : slope * x; }
SDT_INLINE float sdt_elu(float x, float slope) {
  return x > 0 ? x : slope * (sdt_exp(x < 0 ? x : 0) - 1.0f);
}

/// A loop over i < n whose rounds touch no places but their own: what is written may lie where the same
/// round reads, so a check for overlap at run time would fall back to a loop of single numbers.
#define SDT_MAP_LOOP(expression)                    \
  _Pragma("clang loop vectorize(assume_safety)")    \
  for (size_t i = 0; i < n; i++) out[i] = expression

/// Runs such a loop for the activation that `kind` names; v is its input.
#define SDT_ACTIVATE(v)                                                \
  switch (kind) {                                                      \
    case SDT_IDENTITY: SDT_MAP_LOOP(v); break;                         \
    case SDT_SIGMOID: SDT_MAP_LOOP(sdt_sigmoid(v)); break;             \
    case SDT_TANH: SDT_MAP_LOOP(sdt_tanh(v)); break;                   \
    case SDT_LEAKY_RELU: SDT_MAP_LOOP(sdt_leaky(v, slope)); break;     \
    case SDT_SOFTPLUS: SDT_MAP_LOOP(sdt_softplus(v)); break;           \
    case SDT_ELU: SDT_MAP_LOOP(sdt_elu(v, slope)); break;              \
  }

SDT_INLINE void sdt_activate_row(float *out, const float *a, const float *bias, size_t n,
                                 sdt_activation kind, float slope) {
  SDT_ACTIVATE(a[i] + bias[i])
}

SDT_INLINE void sdt_activate_block(float *out, const float *a, float bias, size_t n,
                                   sdt_activation kind, float slope) {
  SDT_ACTIVATE(a[i] + bias)
}

SDT_DISPATCH
void sdt_bias_activate(float *out, const float *a, const float *bias, size_t outer, size_t middle,
                       size_t inner, sdt_activation kind, float slope) {
  if (!bias) {
    sdt_activate_block(out, a, 0, outer * middle * inner, kind, slope);
  } else if (inner == 1) {
    for (size_t o = 0; o < outer; o++)
      sdt_activate_row(out + o * middle, a + o * middle, bias, middle, kind, slope);
  } else {
    for (size_t o = 0; o < outer; o++)
      for (size_t k = 0; k < middle; k++) {
        size_t at = (o * middle + k) * inner;
        sdt_activate_block(out + at, a + at, bias[k], inner, kind, slope);
      }
  }
}

SDT_DISPATCH
void sdt_activation_gradient(float *out, const float *g, const float *y, sdt_activation kind,
                             float slope, size_t n) {
  switch (kind) {
    case SDT_IDENTITY: SDT_MAP_LOOP(g[i]); break;
    case SDT_SIGMOID: SDT_MAP_LOOP(g[i] * (y[i] - y[i] * y[i])); break;
    case SDT_TANH: SDT_MAP_LOOP(g[i] * (1.0f - y[i] * y[i])); break;
    case SDT_LEAKY_RELU: SDT_MAP_LOOP(y[i] > 0 ? g[i] : slope * g[i]); break;
    case SDT_SOFTPLUS: SDT_MAP_LOOP(g[i] - g[i] * sdt_exp(-y[i])); break;
    case SDT_ELU: SDT_MAP_LOOP(y[i] > 0 ? g[i] : g[i] * (y[i] + slope)); break;
  }
}

SDT_DISPATCH
void sdt_scale_middle(float *out, const float *a, const float *v, size_t outer, size_t middle,
                      size_t inner) {
  for (size_t o = 0; o < outer; o++) {
    const float *from = a + o * middle * inner;
    float *to = out + o * middle * inner;
    if (inner == 1) {
      for (size_t k = 0; k < middle; k++) to[k] = from[k] * v[k];
      continue;
    }
    for (size_t k = 0; k < middle; k++)
      for (size_t i = 0; i < inner; i++) to[k * inner + i] = from[k * inner + i] * v[k];
  }
}

SDT_DISPATCH
void sdt_shift_middle(float *out, const float *a, const float *v, size_t outer, size_t middle,
                      size_t inner) {
  for (size_t o = 0; o < outer; o++) {
    const float *from = a + o * middle * inner;
    float *to = out + o * middle * inner;
    if (inner == 1) {
      for (size_t k = 0; k < middle; k++) to[k] = from[k] + v[k];
      continue;
    }
    for (size_t k = 0; k < middle; k++)
      for (size_t i = 0; i < inner; i++) to[k * inner + i] = from[k * inner + i] + v[k];
  }
}

SDT_DISPATCH
void sdt_dot_middle(float *restrict out, const float *a, const float *b, size_t outer,
                    size_t middle, size_t inner) {
  for (size_t k = 0; k < middle; k++) out[k] = 0;
  for (size_t o = 0; o < outer; o++) {
    const float *x = a + o * middle * inner, *y = b ? b + o * middle * inner : b;
    if (inner == 1) {
      if (y)
        for (size_t k = 0; k < middle; k++) out[k] += x[k] * y[k];
      else
        for (size_t k = 0; k < middle; k++) out[k] += x[k];
      continue;
    }
    for (size_t k = 0; k < middle; k++, x += inner) {
      float sum;
      if (y)
        SDT_LANE_SUM(sum, inner, x[i] * y[k * inner + i]);
      else
        SDT_LANE_SUM(sum, inner, x[i]);
      out[k] += sum;
    }
  }
}

SDT_DISPATCH
void sdt_bernoulli_loss(float *out, const float *l, const float *x, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++, l += width, x += width)
    SDT_LANE_SUM(out[r], width, sdt_softplus(l[i]) - x[i] * l[i]);
}

SDT_DISPATCH
void sdt_bernoulli_residual(float *out, const float *l, const float *x, const float *g, size_t rows,
                            size_t width) {
  for (size_t r = 0; r < rows; r++)
    for (size_t i = r * width; i < (r + 1) * width; i++) out[i] = (sdt_sigmoid(l[i]) - x[i]) * g[r];
}
