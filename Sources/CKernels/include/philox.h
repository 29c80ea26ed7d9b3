// Philox4x32-10, a counter-based random generator.
// Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3 (SC 2011).
#pragma once
#include <stddef.h>
#include <stdint.h>

/// A random stream: what is drawn is a pure function of these fields and an item and draw number.
typedef struct {
  uint32_t key[2];  // from (seed, purpose)
  uint32_t step;    // the optimizer update
  uint32_t round;   // a draw inside the step: which layer, which Gibbs sweep
} sdt_stream;

/// One block: out[4] = Philox4x32-10(counter[4], key[2]).
void sdt_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/// `count` words of item `item`. Draw e is word (e % 64) / 16 of the block with counter
/// (16 * (e / 64) + e % 16, item, step, round): sixteen blocks side by side fill a vector register.
void sdt_philox_fill(sdt_stream stream, uint32_t item, uint32_t *out, size_t count);

/// `count` uniform numbers in [0, 1): the upper 24 bits of each word, exactly representable.
void sdt_uniform_fill(sdt_stream stream, uint32_t item, float *out, size_t count);

/// `count` standard normal numbers (Box and Muller, 1958): pairs of words (e, e + 32) of a group of 64, of
/// which the upper 24 bits count, so that none is beyond 5.77. Off by a few units in the last place, and the
/// same bits on every CPU level.
void sdt_normal_fill(sdt_stream stream, uint32_t item, float *out, size_t count);
