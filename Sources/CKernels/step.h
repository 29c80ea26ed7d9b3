// Shared by the optimizers' kernels.
#pragma once
#include "dispatch.h"
#include "include/optimizers.h"

SDT_INLINE float sdt_gradient(sdt_step o, float sum, float parameter) {
  return o.gradient_scale * sum + o.weight_decay * parameter;
}

// The C library's sqrtf may set errno, and a loop that may set errno is not vectorised.
SDT_INLINE float sdt_root(float x) { return __builtin_elementwise_sqrt(x); }
