#include "include/gibbs.h"

#include "activations.h"
#include "philox_lanes.h"

/// Chains that go through the units side by side: a row of couplings is read once for all of them,
/// and their fields stay in the nearest cache together.
enum { SDT_CHAINS = 16 };

SDT_INLINE void sdt_add_row(float *restrict field, const float *restrict row, float step, size_t n) {
  for (size_t j = 0; j < n; j++) field[j] += step * row[j];
}

SDT_INLINE void sdt_visit(float *x, float *field, const float *couplings, size_t chains,
                          size_t units, size_t i, uint32_t words[SDT_CHAINS][SDT_GROUP]) {
  float q[SDT_CHAINS] = {0};
  for (size_t c = 0; c < chains; c++) q[c] = field[c * units + i];
  for (size_t c = 0; c < SDT_CHAINS; c++) q[c] = sdt_sigmoid(q[c]);
  for (size_t c = 0; c < chains; c++) {
    // 0 * q is 0, or not a number.
    float next = sdt_unit_float(words[c][i % SDT_GROUP]) < q[c] ? 1.0f : 0.0f * q[c];
    float step = next - x[c * units + i];
    x[c * units + i] = next;
    if (step != 0) sdt_add_row(field + c * units, couplings + i * units, step, units);
  }
}

SDT_DISPATCH
void sdt_gibbs_sweep(float *x, float *field, const float *couplings, size_t chains, size_t units,
                     sdt_stream stream, const uint32_t *items) {
  uint32_t words[SDT_CHAINS][SDT_GROUP];
  for (size_t first = 0; first < chains; first += SDT_CHAINS) {
    size_t n = chains - first < SDT_CHAINS ? chains - first : SDT_CHAINS;
    for (size_t i = 0; i < units; i++) {
      if (i % SDT_GROUP == 0)
        for (size_t c = 0; c < n; c++)
          sdt_philox_group(stream, items[first + c], (uint32_t)(i / SDT_GROUP), words[c]);
      sdt_visit(x + first * units, field + first * units, couplings, n, units, i, words);
    }
  }
}

SDT_DISPATCH
void sdt_mean_field_step(float *mean, const float *field, float damping, size_t n) {
  for (size_t i = 0; i < n; i++)
    mean[i] = damping * mean[i] + (1 - damping) * sdt_sigmoid(field[i]);
}

/// Matrices are mirrored in tiles that fit into the nearest cache both ways.
enum { SDT_TILE = 32 };

/// Where row i of a packed strict upper triangle would have its column 0.
SDT_INLINE ptrdiff_t sdt_triangle_row(size_t i, size_t n) {
  return (ptrdiff_t)(i * n) - (ptrdiff_t)(i * (i + 1) / 2) - (ptrdiff_t)i - 1;
}

SDT_DISPATCH
void sdt_unpack_triangle(float *out, size_t stride, const float *packed, size_t n, float factor) {
  for (size_t top = 0; top < n; top += SDT_TILE)
    for (size_t left = top; left < n; left += SDT_TILE)
      for (size_t i = top; i < n && i < top + SDT_TILE; i++) {
        ptrdiff_t row = sdt_triangle_row(i, n);
        for (size_t j = left > i ? left : i + 1; j < n && j < left + SDT_TILE; j++) {
          float value = factor * packed[row + (ptrdiff_t)j];
          out[i * stride + j] = value;
          out[j * stride + i] = value;
        }
      }
  for (size_t i = 0; i < n; i++) out[i * stride + i] = 0;
}

SDT_DISPATCH
void sdt_pack_symmetric(float *packed, const float *a, size_t n) {
  for (size_t top = 0; top < n; top += SDT_TILE)
    for (size_t left = top; left < n; left += SDT_TILE)
      for (size_t i = top; i < n && i < top + SDT_TILE; i++) {
        ptrdiff_t row = sdt_triangle_row(i, n);
        for (size_t j = left > i ? left : i + 1; j < n && j < left + SDT_TILE; j++)
          packed[row + (ptrdiff_t)j] = a[i * n + j] + a[j * n + i];
      }
}

SDT_DISPATCH
void sdt_scale_mirrored(float *out, float *out_transposed, size_t stride, const float *a, size_t m,
                        size_t n, float factor) {
  for (size_t top = 0; top < m; top += SDT_TILE)
    for (size_t left = 0; left < n; left += SDT_TILE)
      for (size_t i = top; i < m && i < top + SDT_TILE; i++)
        for (size_t j = left; j < n && j < left + SDT_TILE; j++) {
          float value = factor * a[i * n + j];
          out[i * stride + j] = value;
          out_transposed[j * stride + i] = value;
        }
}
