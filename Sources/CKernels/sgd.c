#include "include/sgd.h"

#include "dispatch.h"

SDT_DISPATCH
void sdt_sgd_update(sdt_sgd o, float *restrict parameter, float *restrict velocity,
                    const float *restrict gradient, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float g = o.gradient_scale * gradient[i] + o.weight_decay * parameter[i];
    float v = o.momentum * velocity[i] - o.learning_rate * g;
    velocity[i] = v;
    parameter[i] += v;
  }
}
