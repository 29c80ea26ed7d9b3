#include "step.h"

SDT_DISPATCH
void sdt_clip(sdt_step o, float bound, const float *restrict parameter,
              const float *restrict gradient, float *restrict clipped, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float g = sdt_gradient(o, gradient[i], parameter[i]);
    // What is not a number stays none: a diverged model must be seen.
    g = g > bound ? bound : g;
    clipped[i] = g < -bound ? -bound : g;
  }
}

SDT_DISPATCH
void sdt_average(float decay, float gain, float *restrict average,
                 const float *restrict parameter, size_t n) {
  for (size_t i = 0; i < n; i++) average[i] = decay * average[i] + gain * parameter[i];
}
