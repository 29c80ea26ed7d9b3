#include "include/shapes.h"

#include <string.h>

#include "dispatch.h"
#include "include/convolution.h"

SDT_INLINE void sdt_copy_line(float *out, size_t out_step, const float *a, size_t step, size_t n) {
  if (out_step == 1 && step == 1) {
    memcpy(out, a, n * sizeof *out);
    return;
  }
  for (size_t i = 0; i < n; i++) out[i * out_step] = a[i * step];
}

void sdt_strided_copy(float *out, const size_t *out_strides, const float *a, const size_t *strides,
                      const size_t *sizes, size_t rank) {
  size_t last = sizes[rank - 1], out_step = out_strides[rank - 1], step = strides[rank - 1];
  if (rank == 1) {
    sdt_copy_line(out, out_step, a, step, last);
  } else if (rank == 2 && out_step == 1 && strides[0] == 1) {
    sdt_transpose(out, out_strides[0], a, step, last, sizes[0]);
  } else if (rank == 2 && step == 1 && out_strides[0] == 1) {
    sdt_transpose(out, out_step, a, strides[0], sizes[0], last);
  } else {
    for (size_t i = 0; i < sizes[0]; i++)
      sdt_strided_copy(out + i * out_strides[0], out_strides + 1, a + i * strides[0], strides + 1,
                       sizes + 1, rank - 1);
  }
}

ptrdiff_t sdt_first_bad_index(const float *indices, size_t count, size_t limit) {
  for (size_t i = 0; i < count; i++)
    if (!(indices[i] >= 0 && indices[i] < (float)limit && (float)(size_t)indices[i] == indices[i]))
      return (ptrdiff_t)i;
  return -1;
}

void sdt_gather_rows(float *out, const float *table, const float *indices, size_t count,
                     size_t width) {
  for (size_t i = 0; i < count; i++)
    memcpy(out + i * width, table + (size_t)indices[i] * width, width * sizeof *out);
}

SDT_DISPATCH
void sdt_scatter_rows(float *restrict out, const float *restrict a, const float *restrict indices,
                      size_t count, size_t rows, size_t width) {
  memset(out, 0, rows * width * sizeof *out);
  for (size_t i = 0; i < count; i++) {
    float *to = out + (size_t)indices[i] * width;
    for (size_t j = 0; j < width; j++) to[j] += a[i * width + j];
  }
}

SDT_DISPATCH
void sdt_one_hot(float *restrict out, const float *restrict labels, size_t outer, size_t middle,
                 size_t inner) {
  for (size_t o = 0; o < outer; o++)
    for (size_t k = 0; k < middle; k++)
      for (size_t i = 0; i < inner; i++)
        out[(o * middle + k) * inner + i] = labels[o * inner + i] == (float)k ? 1.0f : 0.0f;
}
