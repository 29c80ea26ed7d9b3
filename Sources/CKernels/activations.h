// Elementwise functions that the compiler can vectorise: no branches, no calls.
#pragma once
#include <stdint.h>
#include <string.h>

#include "dispatch.h"

/// exp(x) for finite float x, relative error below 2e-7; saturates outside [-87, 88].
/// Range reduction by powers of two and a polynomial of degree 6 (Cody and Waite, 1980).
SDT_INLINE float sdt_exp(float x) {
  // Comparisons in this order let NaN through: a diverging model must be seen, not repaired.
  x = x > 88.0f ? 88.0f : x;
  x = x < -87.0f ? -87.0f : x;
  float shifted = x * 1.44269504088896341f + 12582912.0f;  // round to nearest by the float's ulp
  float n = shifted - 12582912.0f;
  float r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  int32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (int32_t)((uint32_t)(bits + 127) << 23);  // 2^n; the magic number's low bits hold n
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

SDT_INLINE float sdt_sigmoid(float x) { return 1.0f / (1.0f + sdt_exp(-x)); }
