// For clock_gettime(2), which C11 by itself does not have.
#define _POSIX_C_SOURCE 200809L
#include "timeline.h"

#include <stdlib.h>
#include <time.h>

_Thread_local sdt_stopwatch sdt_here;

uint64_t sdt_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

sdt_span_ring *sdt_span_ring_create(uint64_t capacity) {
  sdt_span_ring *ring = calloc(1, sizeof *ring);
  if (!ring) return NULL;
  ring->spans = calloc(capacity, sizeof *ring->spans);
  ring->capacity = capacity;
  if (ring->spans) return ring;
  free(ring);
  return NULL;
}
