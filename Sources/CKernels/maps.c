#include "include/maps.h"

#include <math.h>

#include "activations.h"
#include "dispatch.h"
#include "lanes.h"

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

SDT_MAP1(sdt_tanh_into, sdt_tanh(a[i]))

SDT_MAP1(sdt_softplus_into, sdt_softplus(a[i]))

SDT_DISPATCH void sdt_leaky_relu_into(float *out, const float *a, float slope, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] > 0 ? a[i] : slope * a[i];
}

SDT_DISPATCH void sdt_leaky_step_into(float *out, const float *a, float slope, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] > 0 ? 1.0f : slope;
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
