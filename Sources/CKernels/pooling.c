#include "include/pooling.h"

#include <string.h>

#include "dispatch.h"

/// The part of a window [first, end) that lies in an image.
typedef struct {
  size_t y0, y1, x0, x1;
} sdt_window;

SDT_INLINE size_t sdt_clip(size_t place, size_t margin, size_t limit) {
  size_t inside = place > margin ? place - margin : 0;
  return inside < limit ? inside : limit;
}

SDT_INLINE sdt_window sdt_window_at(sdt_pool p, size_t row, size_t column) {
  size_t y = row * p.row_stride, x = column * p.column_stride;
  return (sdt_window){sdt_clip(y, p.top, p.height), sdt_clip(y + p.kernel_height, p.top, p.height),
                      sdt_clip(x, p.left, p.width), sdt_clip(x + p.kernel_width, p.left, p.width)};
}

SDT_INLINE size_t sdt_window_best(const float *a, sdt_pool p, sdt_window w) {
  size_t best = w.y0 * p.width + w.x0;
  for (size_t y = w.y0; y < w.y1; y++)
    for (size_t x = w.x0; x < w.x1; x++)
      if (a[y * p.width + x] > a[best]) best = y * p.width + x;
  return best;
}

/// Runs a statement for every window w of every plane; `image` is where the plane begins, `at` the
/// place of the result.
#define SDT_EACH_WINDOW(statement)                                                 \
  for (size_t plane = 0; plane < p.planes; plane++) {                              \
    const size_t image = plane * p.height * p.width;                               \
    for (size_t row = 0; row < p.rows; row++)                                      \
      for (size_t column = 0; column < p.columns; column++) {                      \
        const sdt_window w = sdt_window_at(p, row, column);                        \
        const size_t at = (plane * p.rows + row) * p.columns + column;             \
        statement;                                                                 \
      }                                                                            \
  }

void sdt_pool_pick(float *out, const float *a, const float *v, sdt_pool p) {
  SDT_EACH_WINDOW(out[at] = v[image + sdt_window_best(a + image, p, w)])
}

void sdt_pool_place(float *out, const float *a, const float *g, sdt_pool p) {
  memset(out, 0, p.planes * p.height * p.width * sizeof *out);
  SDT_EACH_WINDOW(out[image + sdt_window_best(a + image, p, w)] += g[at])
}

SDT_INLINE float sdt_window_sum(const float *a, sdt_pool p, sdt_window w) {
  float sum = 0;
  for (size_t y = w.y0; y < w.y1; y++)
    for (size_t x = w.x0; x < w.x1; x++) sum += a[y * p.width + x];
  return sum;
}

SDT_INLINE void sdt_window_add(float *a, float value, sdt_pool p, sdt_window w) {
  for (size_t y = w.y0; y < w.y1; y++)
    for (size_t x = w.x0; x < w.x1; x++) a[y * p.width + x] += value;
}

void sdt_pool_mean(float *out, const float *a, sdt_pool p) {
  const float share = 1.0f / (float)(p.kernel_height * p.kernel_width);
  SDT_EACH_WINDOW(out[at] = sdt_window_sum(a + image, p, w) * share)
}

void sdt_pool_share(float *out, const float *g, sdt_pool p) {
  const float share = 1.0f / (float)(p.kernel_height * p.kernel_width);
  memset(out, 0, p.planes * p.height * p.width * sizeof *out);
  SDT_EACH_WINDOW(sdt_window_add(out + image, g[at] * share, p, w))
}
