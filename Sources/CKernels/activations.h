// Elementwise functions that the compiler can vectorise: no branches, no calls.
#pragma once
#include <math.h>
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

/// exp(x) for finite double x, relative error below 1e-15 for |x| < 700; saturates outside.
/// As sdt_exp, with the Chebyshev interpolation of exp of degree 10 on [-ln 2 / 2, ln 2 / 2].
SDT_INLINE double sdt_exp_double(double x) {
  x = x > 709.0 ? 709.0 : x;
  x = x < -708.0 ? -708.0 : x;
  double shifted = x * 1.4426950408889634 + 6755399441055744.0;  // round to nearest by the ulp
  double n = shifted - 6755399441055744.0;
  double r = x - n * 0.693145751953125;  // ln 2 in two parts; the first has few bits
  r = r - n * 1.42860682030941723212e-6;
  double p = 2.7626371065696354e-7;
  p = p * r + 2.764019739169484e-6;
  p = p * r + 2.480150431378554e-5;
  p = p * r + 1.9841170230570286e-4;
  p = p * r + 1.388888893251478e-3;
  p = p * r + 8.333333385699212e-3;
  p = p * r + 4.1666666666573066e-2;
  p = p * r + 1.6666666666554314e-1;
  p = p * r + 5.000000000000006e-1;
  p = p * r + 1.0000000000000067;
  p = p * r + 1.0;
  uint64_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 1023) << 52;  // 2^n; the magic number's low bits hold n
  double scale;
  memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

SDT_INLINE float sdt_sigmoid(float x) { return 1.0f / (1.0f + sdt_exp(-x)); }

/// tanh(x) = 1 - 2 / (exp(2x) + 1); near zero, where that cancels, an odd polynomial (Cephes).
SDT_INLINE float sdt_tanh(float x) {
  float s = x * x;
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  float small = p * s * x + x;
  float large = 1.0f - 2.0f / (sdt_exp(2.0f * x) + 1.0f);
  return fabsf(x) < 0.625f ? small : large;
}

/// log(1 + u) for 0 <= u <= 1: 2 artanh(u / (2 + u)), whose series ends early there.
SDT_INLINE float sdt_log1p(float u) {
  float s = u / (2.0f + u), q = s * s;
  float p = 6.6666667e-2f;
  p = p * q + 7.6923077e-2f;
  p = p * q + 9.0909091e-2f;
  p = p * q + 1.1111111e-1f;
  p = p * q + 1.4285714e-1f;
  p = p * q + 2.0e-1f;
  p = p * q + 3.3333333e-1f;
  return 2.0f * (s + s * q * p);
}

/// log(1 + exp(x)), stable for any finite x; NaN stays NaN.
SDT_INLINE float sdt_softplus(float x) {
  return (x > 0.0f ? x : 0.0f) + sdt_log1p(sdt_exp(-fabsf(x)));
}
