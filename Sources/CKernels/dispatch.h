// Run-time CPU dispatch: a function marked SDT_DISPATCH is compiled for several x86-64 levels and
// the loader picks the one this CPU has. Elementwise results do not depend on the position of an
// element in its array, so shapes and alignments never change bits; the CPU level may.
#pragma once

#if defined(__x86_64__) && defined(__linux__)
#define SDT_DISPATCH __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define SDT_DISPATCH
#endif

#define SDT_INLINE static inline __attribute__((always_inline))
