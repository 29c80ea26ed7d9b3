// libpng, through its simplified API (png_image_*), which reports errors without setjmp.
#pragma once
#include <png.h>
#include <string.h>
