// Gibbs sampling of binary units that are all connected to each other, unit after unit.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "philox.h"

/// One sweep: every unit of every chain is drawn anew, in order, given all others as they are then.
/// Connected units may not be drawn at once: that has another stationary distribution.
/// x[chains, units] are the states, and field[chains, units] = couplings x + what else drives the
/// units, so that p(x_i = 1 | rest) = sigmoid(field_i); both are kept up to date. couplings[units,
/// units] is symmetric with a zero diagonal. A unit that changes adds its row of couplings to the
/// field: a sweep costs as much as there are changes. Chain c draws as item items[c], unit i with
/// draw i, so a chain's bits do not depend on its neighbours. A field that is not a number makes its
/// unit none.
void sdt_gibbs_sweep(float *x, float *field, const float *couplings, size_t chains, size_t units,
                     sdt_stream stream, const uint32_t *items);

/// mean[n] = damping * mean + (1 - damping) * sigmoid(field): a step of mean-field iteration.
void sdt_mean_field_step(float *mean, const float *field, float damping, size_t n);

/// The symmetric matrix of a strict upper triangle that is packed row by row: out[i, j] = out[j, i] =
/// factor * packed, out[i, i] = 0, for i, j < n, with the row stride given.
void sdt_unpack_triangle(float *out, size_t stride, const float *packed, size_t n, float factor);

/// packed = a[i, j] + a[j, i] for i < j, row by row; a[n, n].
void sdt_pack_symmetric(float *packed, const float *a, size_t n);

/// out[i, j] = out_transposed[j, i] = factor * a[i, j], a[m, n]: a rectangle and its mirror image,
/// each with the row stride given.
void sdt_scale_mirrored(float *out, float *out_transposed, size_t stride, const float *a, size_t m,
                        size_t n, float factor);
