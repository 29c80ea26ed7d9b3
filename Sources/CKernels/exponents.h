// Products of many factors whose binary exponents are kept beside them.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dispatch.h"

/// Leaves [1, 2) of each product, and adds its binary exponent to the one kept. A product that is no normal
/// positive number becomes NaN: a diverging model must be seen, and so must a group that was too long.
SDT_INLINE void sdt_set_exponents_aside(double *product, int64_t *exponent, size_t n) {
  for (size_t i = 0; i < n; i++) {
    int64_t bits;
    memcpy(&bits, product + i, sizeof bits);
    int64_t biased = bits >> 52;
    exponent[i] += biased - 1023;
    int64_t fraction = (bits & 0x000FFFFFFFFFFFFFll) | 0x3FF0000000000000ll;
    bits = biased <= 0 || biased >= 0x7FF ? 0x7FF8000000000000ll : fraction;
    memcpy(product + i, &bits, sizeof bits);
  }
}
