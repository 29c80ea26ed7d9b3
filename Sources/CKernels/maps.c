#include "include/maps.h"

#include <math.h>

#include "activations.h"
#include "dispatch.h"

#define SDT_MAP2(name, expression)                                                   \
  SDT_DISPATCH void name(float *out, const float *a, const float *b, size_t n) {     \
    for (size_t i = 0; i < n; i++) out[i] = expression;                              \
  }
SDT_MAP2(sdt_subtract_into, a[i] - b[i])
SDT_MAP2(sdt_multiply_into, a[i] * b[i])
SDT_MAP2(sdt_divide_into, a[i] / b[i])

#define SDT_MAP1(name, expression)                                                   \
  SDT_DISPATCH void name(float *out, const float *a, size_t n) {                     \
    for (size_t i = 0; i < n; i++) out[i] = expression;                              \
  }
SDT_MAP1(sdt_exp_into, sdt_exp(a[i]))
SDT_MAP1(sdt_sqrt_into, sqrtf(a[i]))
SDT_MAP1(sdt_sigmoid_into, sdt_sigmoid(a[i]))
SDT_MAP1(sdt_abs_into, fabsf(a[i]))
SDT_MAP1(sdt_sign_into, (float)((a[i] > 0) - (a[i] < 0)))

SDT_DISPATCH void sdt_affine(float *out, const float *a, float scale, float offset, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] * scale + offset;
}

void sdt_log_into(float *out, const float *a, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = logf(a[i]);
}

/// tanh(x) = 1 - 2 / (exp(2x) + 1); near zero, where that cancels, an odd polynomial (Cephes).
SDT_INLINE float sdt_tanh(float x) {
  float s = x * x;
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  float small = p * s * x + x;
  float large = 1.0f - 2.0f / (sdt_exp(2.0f * x) + 1.0f);
  return fabsf(x) < 0.625f ? small : large;
}
SDT_MAP1(sdt_tanh_into, sdt_tanh(a[i]))

void sdt_softplus_into(float *out, const float *a, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (a[i] > 0 ? a[i] : 0) + log1pf(expf(-fabsf(a[i])));
}

SDT_DISPATCH void sdt_leaky_relu_into(float *out, const float *a, float slope, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] > 0 ? a[i] : slope * a[i];
}

SDT_DISPATCH void sdt_leaky_step_into(float *out, const float *a, float slope, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] > 0 ? 1.0f : slope;
}

/// A row sum in sixteen lanes, so that it vectorises and its association depends on n alone.
SDT_INLINE float sdt_row_sum(const float *a, size_t n) {
  float lane[16] = {0}, rest = 0, total = 0;
  size_t i = 0;
  for (; i + 16 <= n; i += 16)
    for (int l = 0; l < 16; l++) lane[l] += a[i + l];
  for (; i < n; i++) rest += a[i];
  for (int l = 0; l < 16; l++) total += lane[l];
  return total + rest;
}

SDT_DISPATCH
void sdt_sum_middle(float *out, const float *a, size_t outer, size_t middle, size_t inner) {
  if (inner == 1) {
    for (size_t o = 0; o < outer; o++) out[o] = sdt_row_sum(a + o * middle, middle);
    return;
  }
  for (size_t o = 0; o < outer; o++) {
    float *to = out + o * inner;
    const float *from = a + o * middle * inner;
    for (size_t i = 0; i < inner; i++) to[i] = 0;
    for (size_t k = 0; k < middle; k++)
      for (size_t i = 0; i < inner; i++) to[i] += from[k * inner + i];
  }
}

SDT_DISPATCH
void sdt_max_middle(float *out, const float *a, size_t outer, size_t middle, size_t inner) {
  for (size_t o = 0; o < outer; o++) {
    float *to = out + o * inner;
    const float *from = a + o * middle * inner;
    for (size_t i = 0; i < inner; i++) to[i] = from[i];
    for (size_t k = 1; k < middle; k++)
      for (size_t i = 0; i < inner; i++)
        to[i] = from[k * inner + i] > to[i] ? from[k * inner + i] : to[i];
  }
}

SDT_DISPATCH
void sdt_repeat_middle(float *out, const float *a, size_t outer, size_t middle, size_t inner) {
  for (size_t o = 0; o < outer; o++)
    for (size_t k = 0; k < middle; k++)
      for (size_t i = 0; i < inner; i++) out[(o * middle + k) * inner + i] = a[o * inner + i];
}

SDT_DISPATCH void sdt_keep_mask(float *a, float dropped, size_t n) {
  float scale = 1.0f / (1.0f - dropped);
  for (size_t i = 0; i < n; i++) a[i] = a[i] < dropped ? 0.0f : scale;
}
