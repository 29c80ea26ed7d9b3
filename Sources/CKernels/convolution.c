#include "include/convolution.h"

#include <string.h>

#include "dispatch.h"

typedef float sdt_four __attribute__((vector_size(16), aligned(4)));

SDT_INLINE void sdt_transpose_four(float *out, size_t out_step, const float *a, size_t a_step) {
  sdt_four r[4], s[4];
  for (int i = 0; i < 4; i++) memcpy(&r[i], a + i * a_step, 16);
  s[0] = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
  s[1] = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
  s[2] = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
  s[3] = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
  r[0] = __builtin_shufflevector(s[0], s[2], 0, 1, 4, 5);
  r[1] = __builtin_shufflevector(s[0], s[2], 2, 3, 6, 7);
  r[2] = __builtin_shufflevector(s[1], s[3], 0, 1, 4, 5);
  r[3] = __builtin_shufflevector(s[1], s[3], 2, 3, 6, 7);
  for (int i = 0; i < 4; i++) memcpy(out + i * out_step, &r[i], 16);
}

SDT_DISPATCH
void sdt_transpose(float *out, size_t out_step, const float *a, size_t a_step, size_t rows,
                   size_t columns) {
  size_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    size_t j = 0;
    for (; j + 4 <= columns; j += 4)
      sdt_transpose_four(out + j * out_step + i, out_step, a + i * a_step + j, a_step);
    for (; j < columns; j++)
      for (size_t l = i; l < i + 4; l++) out[j * out_step + l] = a[l * a_step + j];
  }
  for (; i < rows; i++)
    for (size_t j = 0; j < columns; j++) out[j * out_step + i] = a[i * a_step + j];
}

void sdt_image_pad(float *out, const float *a, sdt_image im) {
  size_t line = im.padded_width * im.channels, area = im.height * im.width;
  size_t left = im.left * im.channels, inside = im.width * im.channels;
  for (size_t y = 0; y < im.padded_height; y++) {
    float *to = out + y * line;
    if (y < im.top || y >= im.top + im.height) {
      memset(to, 0, line * sizeof *to);
      continue;
    }
    memset(to, 0, left * sizeof *to);
    sdt_transpose(to + left, im.channels, a + (y - im.top) * im.width, area, im.channels, im.width);
    memset(to + left + inside, 0, (line - left - inside) * sizeof *to);
  }
}

void sdt_image_unpad(float *out, const float *a, sdt_image im) {
  size_t line = im.padded_width * im.channels, area = im.height * im.width;
  for (size_t y = 0; y < im.height; y++)
    sdt_transpose(out + y * im.width, area, a + (y + im.top) * line + im.left * im.channels,
                  im.channels, im.width, im.channels);
}

SDT_INLINE void sdt_gather_run(float *out, const float *a, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = a[i];
}

SDT_DISPATCH
void sdt_windows_gather(float *restrict out, const float *restrict image, sdt_windows w) {
  for (size_t y = 0; y < w.rows; y++)
    for (size_t x = 0; x < w.columns; x++) {
      const float *from = image + y * w.row_step + x * w.column_step;
      for (size_t r = 0; r < w.runs; r++) {
        sdt_gather_run(out, from + w.offsets[r], w.lengths[r]);
        out += w.lengths[r];
      }
    }
}

SDT_DISPATCH
void sdt_windows_scatter(float *restrict image, const float *restrict a, sdt_windows w) {
  for (size_t y = 0; y < w.rows; y++)
    for (size_t x = 0; x < w.columns; x++) {
      float *to = image + y * w.row_step + x * w.column_step;
      for (size_t r = 0; r < w.runs; r++) {
        float *run = to + w.offsets[r];
        for (size_t i = 0; i < w.lengths[r]; i++) run[i] += a[i];
        a += w.lengths[r];
      }
    }
}

void sdt_taps_pack(float *out, const float *a, const size_t *taps, size_t count, size_t filters,
                   size_t channels, size_t area) {
  for (size_t k = 0; k < filters; k++, a += channels * area, out += channels * count) {
    if (count == area) {
      sdt_transpose(out, channels, a, area, channels, area);
      continue;
    }
    for (size_t t = 0; t < count; t++)
      for (size_t c = 0; c < channels; c++) out[t * channels + c] = a[c * area + taps[t]];
  }
}

void sdt_taps_unpack(float *out, const float *a, const size_t *taps, size_t count, size_t filters,
                     size_t channels, size_t area) {
  for (size_t k = 0; k < filters; k++, out += channels * area, a += channels * count) {
    if (count == area) {
      sdt_transpose(out, area, a, channels, area, channels);
      continue;
    }
    memset(out, 0, channels * area * sizeof *out);
    for (size_t t = 0; t < count; t++)
      for (size_t c = 0; c < channels; c++) out[c * area + taps[t]] = a[t * channels + c];
  }
}
