#include "include/softmax.h"

#include <math.h>

#include "activations.h"
#include "dispatch.h"
#include "lanes.h"

SDT_DISPATCH
void sdt_max_mask(float *out, const float *a, size_t outer, size_t middle, size_t inner) {
  for (size_t o = 0; o < outer; o++)
    for (size_t i = 0; i < inner; i++) {
      const float *from = a + o * middle * inner + i;
      float *to = out + o * middle * inner + i;
      size_t best = 0;
      for (size_t k = 0; k < middle; k++) {
        to[k * inner] = 0;
        if (from[k * inner] > from[best * inner]) best = k;
      }
      to[best * inner] = 1;
    }
}

typedef enum { SDT_LSE, SDT_SOFTMAX, SDT_LOG_SOFTMAX, SDT_LOSS, SDT_RESIDUAL } sdt_softmax_kind;

/// One row of n values that lie together.
SDT_INLINE void sdt_softmax_row(sdt_softmax_kind kind, float *out, const float *a,
                                const float *label, const float *g, size_t n) {
  float m = sdt_row_max(a, n), sum;
  if (kind == SDT_SOFTMAX || kind == SDT_RESIDUAL) {
    for (size_t i = 0; i < n; i++) out[i] = sdt_exp(a[i] - m);
    sum = (kind == SDT_RESIDUAL ? *g : 1.0f) / sdt_row_sum(out, n);
    for (size_t i = 0; i < n; i++) out[i] *= sum;
    if (kind == SDT_RESIDUAL) out[(size_t)*label] -= *g;
    return;
  }
  SDT_LANE_SUM(sum, n, sdt_exp(a[i] - m));
  sum = logf(sum);
  if (kind == SDT_LSE) *out = m + sum;
  if (kind == SDT_LOSS) *out = sum - (a[(size_t)*label] - m);
  if (kind == SDT_LOG_SOFTMAX)
    for (size_t i = 0; i < n; i++) out[i] = a[i] - m - sum;
}

enum { SDT_CHUNK = 64 };

/// n <= SDT_CHUNK neighbouring columns of values that lie `inner` apart.
SDT_INLINE void sdt_softmax_columns(sdt_softmax_kind kind, float *out, const float *a,
                                    const float *label, const float *g, size_t middle, size_t inner,
                                    size_t n) {
  float m[SDT_CHUNK], sum[SDT_CHUNK];
  for (size_t i = 0; i < n; i++) m[i] = a[i], sum[i] = 0;
  for (size_t k = 1; k < middle; k++)
    for (size_t i = 0; i < n; i++) m[i] = a[k * inner + i] > m[i] ? a[k * inner + i] : m[i];
  for (size_t k = 0; k < middle; k++)
    for (size_t i = 0; i < n; i++) sum[i] += sdt_exp(a[k * inner + i] - m[i]);
  if (kind == SDT_SOFTMAX || kind == SDT_RESIDUAL) {
    for (size_t i = 0; i < n; i++) sum[i] = (kind == SDT_RESIDUAL ? g[i] : 1.0f) / sum[i];
    for (size_t k = 0; k < middle; k++)
      for (size_t i = 0; i < n; i++) out[k * inner + i] = sdt_exp(a[k * inner + i] - m[i]) * sum[i];
    if (kind == SDT_RESIDUAL)
      for (size_t i = 0; i < n; i++) out[(size_t)label[i] * inner + i] -= g[i];
    return;
  }
  for (size_t i = 0; i < n; i++) sum[i] = logf(sum[i]);
  if (kind == SDT_LSE)
    for (size_t i = 0; i < n; i++) out[i] = m[i] + sum[i];
  if (kind == SDT_LOSS)
    for (size_t i = 0; i < n; i++) out[i] = sum[i] - (a[(size_t)label[i] * inner + i] - m[i]);
  if (kind == SDT_LOG_SOFTMAX)
    for (size_t k = 0; k < middle; k++)
      for (size_t i = 0; i < n; i++) out[k * inner + i] = a[k * inner + i] - m[i] - sum[i];
}

SDT_INLINE void sdt_softmax_all(sdt_softmax_kind kind, float *out, const float *a,
                                const float *labels, const float *g, size_t outer, size_t middle,
                                size_t inner) {
  size_t wide = kind == SDT_LSE || kind == SDT_LOSS ? 1 : middle;
  for (size_t o = 0; o < outer; o++, a += middle * inner, out += wide * inner) {
    const float *label = labels ? labels + o * inner : labels, *h = g ? g + o * inner : g;
    if (inner == 1) {
      sdt_softmax_row(kind, out, a, label, h, middle);
      continue;
    }
    for (size_t i = 0; i < inner; i += SDT_CHUNK)
      sdt_softmax_columns(kind, out + i, a + i, label ? label + i : label, h ? h + i : h, middle,
                          inner, inner - i < SDT_CHUNK ? inner - i : SDT_CHUNK);
  }
}

SDT_DISPATCH
void sdt_log_sum_exp(float *out, const float *a, size_t outer, size_t middle, size_t inner) {
  sdt_softmax_all(SDT_LSE, out, a, 0, 0, outer, middle, inner);
}

SDT_DISPATCH
void sdt_softmax(float *out, const float *a, size_t outer, size_t middle, size_t inner) {
  sdt_softmax_all(SDT_SOFTMAX, out, a, 0, 0, outer, middle, inner);
}

SDT_DISPATCH
void sdt_log_softmax(float *out, const float *a, size_t outer, size_t middle, size_t inner) {
  sdt_softmax_all(SDT_LOG_SOFTMAX, out, a, 0, 0, outer, middle, inner);
}

SDT_DISPATCH
void sdt_softmax_loss(float *out, const float *a, const float *labels, size_t outer, size_t middle,
                      size_t inner) {
  sdt_softmax_all(SDT_LOSS, out, a, labels, 0, outer, middle, inner);
}

SDT_DISPATCH
void sdt_softmax_residual(float *out, const float *a, const float *labels, const float *g,
                          size_t outer, size_t middle, size_t inner) {
  sdt_softmax_all(SDT_RESIDUAL, out, a, labels, g, outer, middle, inner);
}
