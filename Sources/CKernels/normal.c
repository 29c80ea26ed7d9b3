#include "philox_lanes.h"

// Every product and sum is rounded by itself, with and without fused multiplication: the numbers are the
// same on every CPU level.
#pragma STDC FP_CONTRACT OFF

/// log(x) for normal float x above zero, relative error below 2e-7: a power of two off, and a polynomial
/// of degree 9 between sqrt(1/2) and sqrt(2) (Cephes).
SDT_INLINE float sdt_log_positive(float x) {
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  int32_t exponent = (bits - 0x3f3504f3) >> 23;
  bits -= (int32_t)((uint32_t)exponent << 23);
  float m;
  memcpy(&m, &bits, sizeof m);
  float e = (float)exponent, r = m - 1.0f, square = r * r;
  float p = 7.0376836292e-2f;
  p = p * r - 1.1514610310e-1f;
  p = p * r + 1.1676998740e-1f;
  p = p * r - 1.2420140846e-1f;
  p = p * r + 1.4249322787e-1f;
  p = p * r - 1.6668057665e-1f;
  p = p * r + 2.0000714765e-1f;
  p = p * r - 2.4999993993e-1f;
  p = p * r + 3.3333331174e-1f;
  p = p * r * square;
  p = p - 2.12194440e-4f * e;  // ln 2 in two parts; the first has few bits
  p = p - 0.5f * square;
  return r + p + 0.693359375f * e;
}

/// cos and sin of 2 pi v for 0 <= v < 1, absolute error below 2e-7: the nearest quarter turn off, which is
/// exact, and polynomials up to an eighth of a turn (Cephes).
SDT_INLINE void sdt_turn(float v, float *cosine, float *sine) {
  int32_t quarter = (int32_t)(v * 4.0f + 0.5f);
  float x = (v - 0.25f * (float)quarter) * 6.28318530717958648f, z = x * x;
  float s = ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * x + x;
  float c = ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z * z
            - 0.5f * z + 1.0f;
  int32_t turned = quarter & 1;
  float first = turned ? s : c, second = turned ? c : s;
  *cosine = ((quarter + 1) & 2) ? -first : first;
  *sine = (quarter & 2) ? -second : second;
}

/// Numbers of a register: a call of sqrtf, which may set errno, would end vectorisation.
typedef float sdt_floats __attribute__((vector_size(64)));

/// square[32] = their square roots, correctly rounded.
SDT_INLINE void sdt_square_roots(float *square) {
  for (size_t i = 0; i < SDT_GROUP / 2; i += 16) {
    sdt_floats x;
    memcpy(&x, square + i, sizeof x);
    x = __builtin_elementwise_sqrt(x);
    memcpy(square + i, &x, sizeof x);
  }
}

SDT_DISPATCH
void sdt_normal_fill(sdt_stream stream, uint32_t item, float *out, size_t count) {
  uint32_t words[SDT_GROUP];
  float radius[SDT_GROUP / 2], drawn[SDT_GROUP];
  for (size_t base = 0; base < count; base += SDT_GROUP) {
    sdt_philox_group(stream, item, (uint32_t)(base / SDT_GROUP), words);
    // 1 - u lies in (0, 1], so the logarithm is finite.
    for (size_t i = 0; i < SDT_GROUP / 2; i++)
      radius[i] = -2.0f * sdt_log_positive(1.0f - sdt_unit_float(words[i]));
    sdt_square_roots(radius);
    for (size_t i = 0; i < SDT_GROUP / 2; i++) {
      float cosine, sine;
      sdt_turn(sdt_unit_float(words[i + 32]), &cosine, &sine);
      drawn[i] = radius[i] * cosine;
      drawn[i + 32] = radius[i] * sine;
    }
    size_t n = count - base < SDT_GROUP ? count - base : SDT_GROUP;
    memcpy(out + base, drawn, n * sizeof *out);
  }
}
