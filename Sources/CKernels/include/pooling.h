// Largest values and means of windows over images.
#pragma once
#include <stddef.h>

/// `planes` images [height, width] and windows [kernel_height, kernel_width] over them, which start
/// (top, left) before the image and make results [rows, columns]. Values beside the image do not count
/// for a maximum and are zeros of a mean.
typedef struct {
  size_t planes, height, width, rows, columns;
  size_t kernel_height, kernel_width, row_stride, column_stride, top, left;
} sdt_pool;

/// out[planes, rows, columns] = v where the first largest value of a's window stands.
/// With v = a this is the maximum itself.
void sdt_pool_pick(float *out, const float *a, const float *v, sdt_pool pool);
/// out[planes, height, width] = g of all windows whose first largest value of a stands there, in order.
void sdt_pool_place(float *out, const float *a, const float *g, sdt_pool pool);
/// out[planes, rows, columns] = the mean of a's window.
void sdt_pool_mean(float *out, const float *a, sdt_pool pool);
/// Its transpose: out[planes, height, width].
void sdt_pool_share(float *out, const float *g, sdt_pool pool);
