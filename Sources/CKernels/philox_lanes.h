// Sixteen Philox blocks at once, one a lane; inlined into the kernels that sample.
#pragma once
#include <string.h>

#include "dispatch.h"
#include "include/philox.h"

enum { SDT_LANES = 16, SDT_GROUP = 64 };

/// Two 32-bit counters packed in each 64-bit lane: a 32 x 32 -> 64 bit multiplication is one
/// instruction a half, and no lane has to be widened.
typedef uint64_t sdt_pairs __attribute__((vector_size(64), aligned(64)));

#define SDT_LOW 0x00000000FFFFFFFFu

SDT_INLINE void sdt_multiply(const sdt_pairs *x, uint32_t factor, sdt_pairs *high, sdt_pairs *low) {
  sdt_pairs even = (*x & SDT_LOW) * (uint64_t)factor;
  sdt_pairs odd = (*x >> 32) * (uint64_t)factor;
  *high = (even >> 32) | (odd & ~(uint64_t)SDT_LOW);
  *low = (even & SDT_LOW) | (odd << 32);
}

SDT_INLINE void sdt_philox_round(sdt_pairs c[4], uint32_t k0, uint32_t k1) {
  sdt_pairs high0, low0, high1, low1;
  sdt_multiply(&c[0], 0xD2511F53u, &high0, &low0);
  sdt_multiply(&c[2], 0xCD9E8D57u, &high1, &low1);
  c[0] = high1 ^ c[1] ^ ((uint64_t)k0 << 32 | k0);
  c[1] = low1;
  c[2] = high0 ^ c[3] ^ ((uint64_t)k1 << 32 | k1);
  c[3] = low0;
}

/// words[64]: draws 64 g ... 64 g + 63 of an item.
SDT_INLINE void sdt_philox_group(sdt_stream s, uint32_t item, uint32_t group, uint32_t *words) {
  sdt_pairs c[4];
  for (uint64_t l = 0; l < SDT_LANES / 2; l++) {
    uint64_t first = (uint64_t)group * SDT_LANES + 2 * l;
    c[0][l] = (first + 1) << 32 | (first & SDT_LOW);
  }
  c[1] = (sdt_pairs){0} + ((uint64_t)item << 32 | item);
  c[2] = (sdt_pairs){0} + ((uint64_t)s.step << 32 | s.step);
  c[3] = (sdt_pairs){0} + ((uint64_t)s.round << 32 | s.round);
  uint32_t k0 = s.key[0], k1 = s.key[1];
#pragma clang loop unroll(full)
  for (int r = 0; r < 10; r++) {
    sdt_philox_round(c, k0, k1);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  memcpy(words, c, sizeof c);
}

SDT_INLINE float sdt_unit_float(uint32_t word) { return (float)(int32_t)(word >> 8) * 0x1p-24f; }
