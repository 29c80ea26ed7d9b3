// Sums over all states of one layer of a machine, in double.
#pragma once
#include <stddef.h>

/// out[s] = the sum over columns of log(1 + high * low[s, :]), for numbers of zero and above: the
/// softplus of fields that are sums of two, whose exponentials are given. No exponential is left to
/// take, and one logarithm a state: factors are multiplied in sixteen lanes, whose binary exponents
/// are set aside every `group` factors.
/// `columns` is a multiple of 16 (zeros fill up), and (1 + high * low)^group is below exp(705).
/// A product that is no finite number comes out as NaN.
void sdt_product_logarithms(double *out, const double *high, const double *low, size_t states,
                            size_t columns, size_t group);

/// out[s] = the sum over columns of (high + low[s, :])^2 / 2; `columns` is a multiple of 16.
void sdt_half_square_sums(double *out, const double *high, const double *low, size_t states,
                          size_t columns);
