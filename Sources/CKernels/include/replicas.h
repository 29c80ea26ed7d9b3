// Replicas of a machine at inverse temperatures, a row each.
#pragma once
#include <stddef.h>

/// field[rows, columns] = beta[rows] * field + (beta[rows] - 1) * bias[columns], so that with the bias added
/// it is beta * (field + bias); bias may be null: then beta * field.
void sdt_temper_rows(float *field, const float *beta, const float *bias, size_t rows,
                     size_t columns);

/// out[rows] = h . (field + bias) of a row, in double.
void sdt_interactions(double *out, const float *h, const float *field, const float *bias,
                      size_t rows, size_t columns);
