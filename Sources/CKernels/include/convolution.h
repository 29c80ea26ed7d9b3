// What a convolution needs beside matrix products. Images are [channels, height, width] outside;
// inside, channels come last and images have a margin of zeros, so that the values of a window that
// lie side by side form runs, and a run is one copy.
#pragma once
#include <stddef.h>

/// out[columns, rows] = a[rows, columns] transposed; rows of a and out are `a_step`, `out_step` apart.
void sdt_transpose(float *out, size_t out_step, const float *a, size_t a_step, size_t rows,
                   size_t columns);

/// The size of an image [channels, height, width] and of its copy [padded_height, padded_width,
/// channels], in which it starts at (top, left).
typedef struct {
  size_t channels, height, width;
  size_t padded_height, padded_width, top, left;
} sdt_image;

/// The copy with channels last and a margin of zeros.
void sdt_image_pad(float *out, const float *a, sdt_image image);
/// The image out of its copy; the margin is left behind.
void sdt_image_unpad(float *out, const float *a, sdt_image image);

/// Windows of a padded image: `rows` by `columns` of them, whose first values are `row_step` and
/// `column_step` apart; run r of a window starts at `offsets[r]` and has `lengths[r]` values; all
/// runs have `width` values together.
typedef struct {
  size_t rows, columns, row_step, column_step, runs, width;
  const size_t *offsets;
  const size_t *lengths;
} sdt_windows;

/// out[rows * columns, width]: every window's values.
void sdt_windows_gather(float *out, const float *image, sdt_windows windows);
/// image += every window's values, in order: the transpose of the above.
void sdt_windows_scatter(float *image, const float *a, sdt_windows windows);

/// out[filters, taps, channels] = a[filters, channels, area], only the taps named.
void sdt_taps_pack(float *out, const float *a, const size_t *taps, size_t count, size_t filters,
                   size_t channels, size_t area);
/// The reverse; taps that are not named become zero.
void sdt_taps_unpack(float *out, const float *a, const size_t *taps, size_t count, size_t filters,
                     size_t channels, size_t area);
