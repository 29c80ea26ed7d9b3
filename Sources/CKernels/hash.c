// Eight lanes of 64 bits, each with two running words. One adds products of the halves of a word under a key
// that changes with its place, which spreads differences in many words; the other rotates and adds, so
// that any difference in a single word stays. Whole numbers only: the bits do not depend on the CPU.
#include "hash.h"

#include <string.h>

#include "dispatch.h"

#define LANES 8
#define STRIPE (LANES * 8)

// Odd words without a pattern: the fractional parts of square roots of primes.
static const uint64_t keys[LANES] = {
    0x6a09e667f3bcc909, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

SDT_INLINE void take(const uint64_t word[LANES], uint64_t key[LANES], uint64_t product[LANES],
                     uint64_t turned[LANES]) {
  for (size_t i = 0; i < LANES; i++) {
    uint64_t mixed = word[i] ^ key[i];
    product[i] += (mixed & 0xffffffff) * (mixed >> 32);
    turned[i] = (turned[i] << 1 | turned[i] >> 63) + word[i];
    key[i] += 0x9e3779b97f4a7c15;
  }
}

// The finalizer of SplitMix64 (Steele, Lea, Flood, 2014).
SDT_INLINE uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

SDT_DISPATCH
uint64_t sdt_hash(const float *values, size_t count) {
  const char *bytes = (const char *)values;
  size_t size = count * sizeof(float);
  uint64_t key[LANES], product[LANES] = {0}, turned[LANES] = {0}, word[LANES];
  memcpy(key, keys, sizeof key);
  size_t i = 0;
  for (; i + STRIPE <= size; i += STRIPE) {
    memcpy(word, bytes + i, STRIPE);
    take(word, key, product, turned);
  }
  if (i < size) {
    memset(word, 0, STRIPE);
    memcpy(word, bytes + i, size - i);
    take(word, key, product, turned);
  }
  uint64_t hash = mix(size + keys[0]);
  for (size_t lane = 0; lane < LANES; lane++) {
    hash = mix(hash + product[lane] + keys[lane]);
    hash = mix(hash ^ turned[lane]);
  }
  return hash;
}
