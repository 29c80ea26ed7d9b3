// Units of an annealed machine, whose fields are scaled by an inverse temperature.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "philox.h"

/// Layers of Bernoulli units at an inverse temperature, row by row. With the field
/// f = field[r, :] + bias, the units are drawn from sigmoid(to * f) as item items[r], in place of the
/// field, and weights[r] grows by
///   sum over columns of log(1 + exp(to * f)) - log(1 + exp(from * f)),
/// the change of the layer's share of log p*, stable for any finite field. Where all fields of 64 units
/// change by at most 1/4, in float up to the products: the relative error of a term is below 1e-6.
void sdt_tempered_layer(float *field, const float *bias, double from, double to, double *weights,
                        size_t rows, size_t columns, sdt_stream stream, const uint32_t *items);

/// Units with the field (1 - beta) * base + beta * (bias + field), drawn in place of the field, and
/// dots[r] = difference . x of every row.
void sdt_mixed_layer(float *field, const float *bias, const float *base, float beta,
                     const double *difference, double *dots, size_t rows, size_t columns,
                     sdt_stream stream, const uint32_t *items);

/// field[r, :] = (1 - beta) * base + beta * (bias + field[r, :]).
void sdt_mix_fields(float *field, const float *bias, const float *base, float beta, size_t rows,
                    size_t columns);

/// a . x of two vectors, the second in double, in double.
double sdt_dot_mixed(const float *x, const double *a, size_t n);
