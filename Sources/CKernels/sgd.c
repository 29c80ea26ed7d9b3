#include "step.h"

SDT_DISPATCH
void sdt_heavy_ball(sdt_step o, float momentum, float *restrict parameter,
                    float *restrict velocity, const float *restrict gradient, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float g = sdt_gradient(o, gradient[i], parameter[i]);
    float v = momentum * velocity[i] - o.learning_rate * g;
    velocity[i] = v;
    parameter[i] = o.keep * parameter[i] + v;
  }
}

SDT_DISPATCH
void sdt_nesterov(sdt_step o, float momentum, float *restrict parameter, float *restrict velocity,
                  const float *restrict gradient, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float s = o.learning_rate * sdt_gradient(o, gradient[i], parameter[i]);
    float v = momentum * velocity[i] - s;
    velocity[i] = v;
    parameter[i] = o.keep * parameter[i] + (momentum * v - s);
  }
}
