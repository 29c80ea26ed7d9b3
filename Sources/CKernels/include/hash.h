// A fast 64-bit hash that tells whether two arrays hold the same bits. Not for secrets.
#pragma once
#include <stddef.h>
#include <stdint.h>

// The hash of `count` floats, by their bits: the same on every CPU.
uint64_t sdt_hash(const float *values, size_t count);
