// Likelihood quantities of a Bernoulli RBM, in double.
#pragma once
#include <stddef.h>

/// Sum over n of log(1 + exp(a[n])), stable for any finite a.
double sdt_softplus_sum(const float *a, size_t n);

/// The same of numbers in double, by products of factors and one logarithm for many.
double sdt_softplus_sum_double(const double *a, size_t n);

/// Log-odds of each visible unit given all others, for a tile of `columns` units of one sample, each
/// in [0, 1]:
///   odds[i] = sum over j of softplus(a_j + (1 - x_i) W_ji) - softplus(a_j - x_i W_ji),
/// where a = W x + b; the visible bias is the caller's to add. With p_j = sigmoid(a_j) and
/// q_j = sigmoid(-a_j), the term is the logarithm of (q + p exp((1 - x) W)) / (q + p exp(-x W)):
/// products of factors, whose exponents are set aside every `group` factors, one logarithm a product.
/// A factor lies between exp(-|W|) and exp(|W|), so `group` is at least 1 and at most 700 / max |W|.
/// For x = 0 and x = 1 one of the two exponentials is 1 and the other is stored: `weights`, `grow`
/// and `shrink` hold W, exp(W) and exp(-W), [hidden, columns] with the row stride given. A value
/// between costs one exponential a weight. A NaN in x, p or q comes out as NaN.
void sdt_visible_log_odds(double *odds, const float *x, const double *p, const double *q,
                          const float *weights, const double *grow, const double *shrink,
                          size_t hidden, size_t columns, size_t stride, size_t group);
