// SHA-256 (FIPS 180-4) of a stream of bytes.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t state[8];   // the running hash
  uint64_t length;     // bytes taken so far
  uint8_t block[64];   // bytes that do not fill a block yet: the first length % 64 are valid
} sdt_sha256;

// Starts a new hash.
void sdt_sha256_init(sdt_sha256 *hash);

// Takes `count` more bytes.
void sdt_sha256_update(sdt_sha256 *hash, const void *bytes, size_t count);

// Ends the hash and writes its 32 bytes. `hash` must be started anew before it is used again.
void sdt_sha256_final(sdt_sha256 *hash, uint8_t digest[32]);
