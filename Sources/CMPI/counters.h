// Counters in memory that several processes share: one process publishes, others wait.
#pragma once
#include <sched.h>
#include <stdint.h>

/// Makes everything written so far visible to whoever sees the new value.
static inline void sdt_counter_publish(uint64_t *counter, uint64_t value) {
  __atomic_store_n(counter, value, __ATOMIC_RELEASE);
}

/// Whether the counter has reached a value; then everything written before is visible.
static inline int sdt_counter_has_reached(const uint64_t *counter, uint64_t value) {
  return __atomic_load_n(counter, __ATOMIC_ACQUIRE) >= value;
}

/// Waits until the counter has reached a value. Spins for some microseconds, as long as a rank with a
/// core of its own may be late, then gives the core to whoever else wants it.
static inline void sdt_counter_await(const uint64_t *counter, uint64_t value) {
  for (int spins = 0; __atomic_load_n(counter, __ATOMIC_ACQUIRE) < value; spins++) {
    if (spins > 4000) {
      sched_yield();
    } else {
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
  }
}
