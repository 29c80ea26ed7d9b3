#include "step.h"

SDT_INLINE float rms_direction(sdt_rms o, float *square, float g) {
  *square = o.decay * *square + o.gain * (g * g);
  return g / (sdt_root(*square + o.epsilon_inside) + o.epsilon_outside);
}

SDT_DISPATCH
void sdt_rmsprop(sdt_step o, sdt_rms rms, float *restrict parameter, float *restrict square,
                 const float *restrict gradient, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float u = rms_direction(rms, &square[i], sdt_gradient(o, gradient[i], parameter[i]));
    parameter[i] = o.keep * parameter[i] - o.learning_rate * u;
  }
}

SDT_DISPATCH
void sdt_rmsprop_momentum(sdt_step o, sdt_rms rms, float momentum, float *restrict parameter,
                          float *restrict square, float *restrict velocity,
                          const float *restrict gradient, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float u = rms_direction(rms, &square[i], sdt_gradient(o, gradient[i], parameter[i]));
    float v = momentum * velocity[i] - o.learning_rate * u;
    velocity[i] = v;
    parameter[i] = o.keep * parameter[i] + v;
  }
}

SDT_DISPATCH
void sdt_adagrad(sdt_step o, float epsilon, float *restrict parameter, float *restrict square,
                 const float *restrict gradient, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float g = sdt_gradient(o, gradient[i], parameter[i]);
    float s = square[i] + g * g;
    square[i] = s;
    parameter[i] = o.keep * parameter[i] - o.learning_rate * (g / (sdt_root(s) + epsilon));
  }
}

SDT_DISPATCH
void sdt_adam(sdt_step o, sdt_adam_options adam, float *restrict parameter, float *restrict first,
              float *restrict second, const float *restrict gradient, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float g = sdt_gradient(o, gradient[i], parameter[i]);
    float m = adam.beta1 * first[i] + adam.gain1 * g;
    float v = adam.beta2 * second[i] + adam.gain2 * (g * g);
    first[i] = m;
    second[i] = v;
    float u = m / (adam.root_scale * sdt_root(v) + adam.epsilon);
    parameter[i] = o.keep * parameter[i] - o.learning_rate * u;
  }
}
