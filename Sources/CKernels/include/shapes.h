// Moving elements about: strided copies, rows by index, one-hot vectors.
#pragma once
#include <stddef.h>

/// out[sum of i_k out_strides_k] = a[sum of i_k strides_k] for every index below sizes[rank], rank > 0.
void sdt_strided_copy(float *out, const size_t *out_strides, const float *a, const size_t *strides,
                      const size_t *sizes, size_t rank);

/// The first place whose index is no whole number in [0, limit), or -1.
ptrdiff_t sdt_first_bad_index(const float *indices, size_t count, size_t limit);
/// out[count, width]: the rows of table[rows, width] that the indices name.
void sdt_gather_rows(float *out, const float *table, const float *indices, size_t count,
                     size_t width);
/// out[rows, width] = 0, then out[indices[i]] += a[i], in order of i.
void sdt_scatter_rows(float *out, const float *a, const float *indices, size_t count, size_t rows,
                      size_t width);
/// out[outer, middle, inner] = 1 where the middle index is labels[outer, inner], else 0.
void sdt_one_hot(float *out, const float *labels, size_t outer, size_t middle, size_t inner);
