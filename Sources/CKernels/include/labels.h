// Layers of Bernoulli units whose last ones are a softmax group: of these exactly one is on.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "philox.h"

/// p[rows, columns]: sigmoid(p + bias), in place; of the last `classes` columns their softmax.
void sdt_labelled_mean(float *p, const float *bias, size_t rows, size_t columns, size_t classes);

/// The same, and samples: 1 where a uniform draw lies below p, else 0; in the group one unit is 1, drawn
/// with the probabilities p by the draw of the group's first column. Row r draws as item items[r].
void sdt_labelled_sample(float *p, float *sample, const float *bias, size_t rows, size_t columns,
                         size_t classes, sdt_stream stream, const uint32_t *items);

/// The columns of x[rows, columns] behind the first `columns - classes`: 1 in the row's class, else 0. A
/// class outside of [0, classes) leaves zeros.
void sdt_write_labels(float *x, const int32_t *labels, size_t rows, size_t columns, size_t classes);

/// score[classes] = the sum over `hidden` units of log(1 + exp(field + bias + weights[k, hidden])): what
/// hidden units of the fields given add to -F when the unit of class k is on. Sums are in double.
void sdt_label_scores(double *score, const float *field, const float *bias, const float *weights,
                      size_t hidden, size_t classes);
