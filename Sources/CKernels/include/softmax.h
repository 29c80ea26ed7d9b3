// Maxima and softmax over the middle axis of a[outer, middle, inner]; middle > 0.
#pragma once
#include <stddef.h>

/// out = 1 at the first largest value over the middle axis, else 0.
void sdt_max_mask(float *out, const float *a, size_t outer, size_t middle, size_t inner);
/// out[outer, inner] = log(sum over k of exp(a[outer, k, inner])), stable.
void sdt_log_sum_exp(float *out, const float *a, size_t outer, size_t middle, size_t inner);
/// out = exp(a - log_sum_exp(a)).
void sdt_softmax(float *out, const float *a, size_t outer, size_t middle, size_t inner);
/// out = a - log_sum_exp(a).
void sdt_log_softmax(float *out, const float *a, size_t outer, size_t middle, size_t inner);

/// out[outer, inner] = log_sum_exp(a) - a[outer, label, inner].
void sdt_softmax_loss(float *out, const float *a, const float *labels, size_t outer, size_t middle,
                      size_t inner);
/// out = (softmax(a) - one_hot(labels)) * g[outer, inner]: the derivative of the loss.
void sdt_softmax_residual(float *out, const float *a, const float *labels, const float *g,
                          size_t outer, size_t middle, size_t inner);
