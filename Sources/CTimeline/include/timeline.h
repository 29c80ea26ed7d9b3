// Where a thread's time goes: activities, of which there is always one, and spans with a name inside of them.
// Inline, since it stands in every step: one clock read a change, no lock, no allocation. Nothing is
// measured on a thread that has not asked for it.
#pragma once
#include <stdint.h>

enum { SDT_ACTIVITIES = 10, SDT_SPAN_VALUES = 3 };

/// What has been done, from when to when, in nanoseconds of CLOCK_MONOTONIC. The name lives for ever. `kind`
/// tells what the values are.
typedef struct {
  uint64_t begin;
  uint64_t end;
  const char *name;
  int64_t values[SDT_SPAN_VALUES];
  int32_t activity;
  int32_t kind;
} sdt_span;

/// A ring of spans: the measured thread writes at the head, another reads at the tail.
typedef struct {
  sdt_span *spans;
  uint64_t capacity;
  uint64_t head;
  uint64_t tail;
  uint64_t lost;
} sdt_span_ring;

/// A thread's stopwatch.
typedef struct {
  uint64_t since;
  uint64_t nanoseconds[SDT_ACTIVITIES];
  int64_t calls;
  sdt_span_ring *ring;
  int32_t is_on;
  int32_t activity;
  /// Which spans are kept: none, those of activities, or all.
  int32_t level;
} sdt_stopwatch;

/// What `sdt_leave` goes back to.
typedef struct {
  uint64_t begin;
  int32_t activity;
  int32_t level;
} sdt_lap;

/// That of the calling thread.
extern _Thread_local sdt_stopwatch sdt_here;

/// The stopwatch of the calling thread, for what is not in every step.
static inline sdt_stopwatch *sdt_stopwatch_here(void) { return &sdt_here; }

/// Nanoseconds of CLOCK_MONOTONIC (clock_gettime(2)).
uint64_t sdt_now(void);

/// A ring for `capacity` spans, a power of two; NULL without memory. It is never freed: a thread may still
/// hold it.
sdt_span_ring *sdt_span_ring_create(uint64_t capacity);

/// Adds a span, or counts it as lost where the reader is too slow.
static inline void sdt_span_add(uint64_t begin, uint64_t end, const char *name, int32_t activity,
                                int32_t kind, int64_t a, int64_t b, int64_t c) {
  sdt_span_ring *ring = sdt_here.ring;
  if (!ring) return;
  if (ring->head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) >= ring->capacity) {
    __atomic_fetch_add(&ring->lost, 1, __ATOMIC_RELAXED);
    return;
  }
  ring->spans[ring->head & (ring->capacity - 1)] =
      (sdt_span){begin, end, name, {a, b, c}, activity, kind};
  __atomic_store_n(&ring->head, ring->head + 1, __ATOMIC_RELEASE);
}

/// The spans that can be read, from the tail on.
static inline uint64_t sdt_span_ring_count(const sdt_span_ring *ring) {
  return __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) - ring->tail;
}
static inline sdt_span sdt_span_ring_get(const sdt_span_ring *ring, uint64_t place) {
  return ring->spans[(ring->tail + place) & (ring->capacity - 1)];
}
/// Gives the room of so many spans back.
static inline void sdt_span_ring_take(sdt_span_ring *ring, uint64_t count) {
  __atomic_store_n(&ring->tail, ring->tail + count, __ATOMIC_RELEASE);
}
/// Gives the room back without having read, and counts the spans as lost.
static inline void sdt_span_ring_discard(sdt_span_ring *ring, uint64_t count) {
  __atomic_fetch_add(&ring->lost, count, __ATOMIC_RELAXED);
  sdt_span_ring_take(ring, count);
}
static inline uint64_t sdt_span_ring_lost(const sdt_span_ring *ring) {
  return __atomic_load_n(&ring->lost, __ATOMIC_RELAXED);
}

/// A moment after every one before on this thread: no two spans begin together, so readers that sort by
/// beginnings find the outer one first.
static inline uint64_t sdt_lap_time(sdt_stopwatch *watch) {
  uint64_t now = sdt_now();
  return now > watch->since ? now : watch->since + 1;
}

static inline void sdt_change(sdt_stopwatch *watch, uint64_t now, int32_t activity) {
  watch->nanoseconds[watch->activity] += now - watch->since;
  watch->activity = activity;
  watch->since = now;
}

/// From here on time counts for an activity. One that is rare (`level` above 0) is kept as a span, whatever
/// else is.
static inline sdt_lap sdt_enter(int32_t activity, int32_t level) {
  sdt_stopwatch *watch = &sdt_here;
  if (!watch->is_on) return (sdt_lap){0, 0, 0};
  sdt_lap lap = {sdt_lap_time(watch), watch->activity, watch->level};
  sdt_change(watch, lap.begin, activity);
  if (watch->level < level) watch->level = level;
  return lap;
}

/// From here on time counts for the activity before again. What was begun on another thread, or before the
/// stopwatch was started, is forgotten.
static inline void sdt_leave(sdt_lap lap, const char *name, int32_t kind, int64_t a, int64_t b,
                             int64_t c) {
  sdt_stopwatch *watch = &sdt_here;
  if (!watch->is_on || !lap.begin) return;
  uint64_t now = sdt_lap_time(watch);
  int32_t activity = watch->activity;
  sdt_change(watch, now, lap.activity);
  if (watch->level) sdt_span_add(lap.begin, now, name, activity, kind, a, b, c);
  watch->level = lap.level;
}

/// Whether details are kept on this thread.
static inline int32_t sdt_keeps_details(void) { return sdt_here.level > 1; }

/// When a detail begins; 0 where none is kept.
static inline uint64_t sdt_detail_begin(void) {
  sdt_stopwatch *watch = &sdt_here;
  if (watch->level < 2) return 0;
  uint64_t now = sdt_lap_time(watch);
  sdt_change(watch, now, watch->activity);
  return now;
}

/// Keeps a detail that was begun.
static inline void sdt_detail_end(uint64_t begin, const char *name, int32_t kind, int64_t a,
                                  int64_t b, int64_t c) {
  sdt_stopwatch *watch = &sdt_here;
  if (!begin || watch->level < 2) return;
  uint64_t now = sdt_lap_time(watch);
  sdt_change(watch, now, watch->activity);
  sdt_span_add(begin, now, name, -1, kind, a, b, c);
}

/// The number of the next call that all ranks make together: calls of one number belong together.
static inline int64_t sdt_next_call(void) { return sdt_here.calls++; }
