// libpng where its simplified API does not reach: palettes and texts.
//
// libpng reports an error by a long jump, which may not pass through Swift. Here it ends in a message.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The room for a message.
#define SDT_PNG_MESSAGE 256

/// A text of a PNG file: tEXt, or iTXt where it is UTF-8.
typedef struct {
  /// 1 to 79 characters of Latin-1, ended by a zero.
  const char *key;
  /// Latin-1 or UTF-8, ended by a zero.
  const char *text;
  int is_utf8;
} sdt_png_text;

/// A picture of 8-bit samples.
typedef struct {
  uint32_t width, height;
  /// 1 is gray, 3 is RGB; with a palette, pixels are its indices.
  int channels;
  /// [palette_count, 3], or NULL.
  const uint8_t *palette;
  int palette_count;
  /// [height, width, channels], or [height, width] with a palette.
  const uint8_t *pixels;
} sdt_png_picture;

/// Writes a file; one that could not be written whole is removed.
///
/// Returns 0, or -1 with libpng's message, or the system's.
int sdt_png_write(const char *path, const sdt_png_picture *picture, const sdt_png_text *texts,
                  int text_count, char *message);

/// Visits the texts of a file that stand before its pixels, as those that are written here do.
///
/// Returns 0, or -1 with a message.
int sdt_png_read_texts(const char *path,
                       void (*found)(void *context, const sdt_png_text *text), void *context,
                       char *message);
