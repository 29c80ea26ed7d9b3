#include "png_file.h"

#include <errno.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void keep(char *message, const char *text) {
  snprintf(message, SDT_PNG_MESSAGE, "%s", text);
}

static void fail(png_structp png, png_const_charp text) {
  keep(png_get_error_ptr(png), text);
  longjmp(png_jmpbuf(png), 1);
}

static void be_silent(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

// The fewest bits that number the colours: pixels of a palette take no more.
static int palette_depth(int count) { return count <= 2 ? 1 : count <= 4 ? 2 : count <= 16 ? 4 : 8; }

static void set_header(png_structp png, png_infop info, const sdt_png_picture *picture) {
  int type = picture->palette         ? PNG_COLOR_TYPE_PALETTE
             : picture->channels == 3 ? PNG_COLOR_TYPE_RGB
                                      : PNG_COLOR_TYPE_GRAY;
  int depth = picture->palette ? palette_depth(picture->palette_count) : 8;
  png_set_IHDR(png, info, picture->width, picture->height, depth, type, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!picture->palette) return;
  png_color colors[256];
  for (int i = 0; i < picture->palette_count; i++) {
    colors[i].red = picture->palette[3 * i];
    colors[i].green = picture->palette[3 * i + 1];
    colors[i].blue = picture->palette[3 * i + 2];
  }
  png_set_PLTE(png, info, colors, picture->palette_count);
}

static void set_texts(png_structp png, png_infop info, const sdt_png_text *texts, int count) {
  for (int i = 0; i < count; i++) {
    png_text text;
    memset(&text, 0, sizeof text);
    text.compression = texts[i].is_utf8 ? PNG_ITXT_COMPRESSION_NONE : PNG_TEXT_COMPRESSION_NONE;
    text.key = (png_charp)texts[i].key;
    text.text = (png_charp)texts[i].text;
    // Read by iTXt alone: UTF-8 in whatever language.
    text.lang = "";
    text.lang_key = "";
    png_set_text(png, info, &text, 1);
  }
}

static void write_rows(png_structp png, png_infop info, const sdt_png_picture *picture) {
  png_write_info(png, info);
  png_set_packing(png);
  size_t width = (size_t)picture->width * (picture->palette ? 1 : picture->channels);
  for (size_t row = 0; row < picture->height; row++) {
    png_write_row(png, picture->pixels + row * width);
  }
  png_write_end(png, info);
}

static int write_to(FILE *file, const sdt_png_picture *picture, const sdt_png_text *texts,
                    int text_count, char *message) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, fail, be_silent);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_write_struct(&png, NULL);
    keep(message, "out of memory");
    return -1;
  }
  // Nothing that is read after the jump changes between here and there.
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    return -1;
  }
  png_init_io(png, file);
  set_header(png, info, picture);
  set_texts(png, info, texts, text_count);
  write_rows(png, info, picture);
  png_destroy_write_struct(&png, &info);
  return 0;
}

int sdt_png_write(const char *path, const sdt_png_picture *picture, const sdt_png_text *texts,
                  int text_count, char *message) {
  FILE *file = fopen(path, "wbe");
  if (!file) {
    keep(message, strerror(errno));
    return -1;
  }
  errno = 0;
  int result = write_to(file, picture, texts, text_count, message);
  // libpng says "Write Error" of a full disk; the system knows better.
  int reason = result != 0 ? errno : 0;
  if (fclose(file) != 0 && reason == 0) reason = errno, result = -1;
  if (reason != 0) keep(message, strerror(reason));
  if (result != 0) unlink(path);
  return result;
}

static void visit(png_structp png, png_infop info,
                  void (*found)(void *context, const sdt_png_text *text), void *context) {
  png_textp texts;
  int count = png_get_text(png, info, &texts, NULL);
  for (int i = 0; i < count; i++) {
    sdt_png_text text = {texts[i].key, texts[i].text ? texts[i].text : "",
                         texts[i].compression >= PNG_ITXT_COMPRESSION_NONE};
    found(context, &text);
  }
}

static int read_from(FILE *file, void (*found)(void *context, const sdt_png_text *text),
                     void *context, char *message) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, message, fail, be_silent);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_read_struct(&png, NULL, NULL);
    keep(message, "out of memory");
    return -1;
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return -1;
  }
  png_init_io(png, file);
  png_read_info(png, info);
  visit(png, info, found, context);
  png_destroy_read_struct(&png, &info, NULL);
  return 0;
}

int sdt_png_read_texts(const char *path,
                       void (*found)(void *context, const sdt_png_text *text), void *context,
                       char *message) {
  FILE *file = fopen(path, "rbe");
  if (!file) {
    keep(message, strerror(errno));
    return -1;
  }
  int result = read_from(file, found, context, message);
  fclose(file);
  return result;
}
