// What layers do in one pass over memory: bias and activation, and values per row or channel.
#pragma once
#include <stddef.h>

/// What a layer ends in.
typedef enum {
  SDT_IDENTITY,
  SDT_SIGMOID,
  SDT_TANH,
  SDT_LEAKY_RELU,  // x > 0 ? x : slope x; slope 0 is the rectifier
  SDT_SOFTPLUS,
  SDT_ELU,  // x > 0 ? x : slope (e^x - 1)
} sdt_activation;

/// out = f(a + bias) over a[outer, middle, inner]; bias[middle] may be null. out may be a.
void sdt_bias_activate(float *out, const float *a, const float *bias, size_t outer, size_t middle,
                       size_t inner, sdt_activation kind, float slope);
/// out = g f'(x), where y = f(x).
void sdt_activation_gradient(float *out, const float *g, const float *y, sdt_activation kind,
                             float slope, size_t n);

/// out = a * v over a[outer, middle, inner], v[middle].
void sdt_scale_middle(float *out, const float *a, const float *v, size_t outer, size_t middle,
                      size_t inner);
/// out = a + v.
void sdt_shift_middle(float *out, const float *a, const float *v, size_t outer, size_t middle,
                      size_t inner);
/// out[middle] = the sum over outer and inner of a * b; of a when b is null.
void sdt_dot_middle(float *out, const float *a, const float *b, size_t outer, size_t middle,
                    size_t inner);

/// out[rows] = the sum over a row of softplus(l) - x l: Bernoulli cross-entropy from logits.
void sdt_bernoulli_loss(float *out, const float *l, const float *x, size_t rows, size_t width);
/// out = (sigmoid(l) - x) * g[rows]: its derivative.
void sdt_bernoulli_residual(float *out, const float *l, const float *x, const float *g, size_t rows,
                            size_t width);
