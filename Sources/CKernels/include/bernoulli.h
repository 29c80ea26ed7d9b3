// Layers of Bernoulli units: bias, sigmoid and sampling in one pass over the pre-activations.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "philox.h"

/// p[rows, columns] = sigmoid(p + bias[columns]), in place.
void sdt_bernoulli_mean(float *p, const float *bias, size_t rows, size_t columns);

/// p = sigmoid(p + bias) in place, and sample = 1 where a uniform draw lies below p, else 0.
/// Row r draws as item items[r]. `sample` may equal `p` when the means are not wanted.
void sdt_bernoulli_sample(float *p, float *sample, const float *bias, size_t rows, size_t columns,
                          sdt_stream stream, const uint32_t *items);

/// sample[r, :] = 1 where a uniform draw lies below mean[r, :], else 0. May be in place.
void sdt_bernoulli_draw(const float *mean, float *sample, size_t rows, size_t columns,
                        sdt_stream stream, const uint32_t *items);
