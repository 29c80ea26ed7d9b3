// Rules that move parameters along reduced gradients, each in one pass over memory.
#pragma once
#include <stddef.h>

/// What every rule does around its own: the gradient is scale * sum + decay * parameter, and
/// `keep * parameter` is what the step starts from.
typedef struct {
  float learning_rate;
  float gradient_scale;  // one over the count that the reduced sum belongs to, times any clipping
  float weight_decay;    // coupled: a part of the gradient
  float keep;            // decoupled: one minus rate times decay; 1 without
} sdt_step;

/// velocity[n] = momentum * velocity - rate * gradient; parameter[n] += velocity.
/// Polyak: Some methods of speeding up the convergence of iteration methods (1964).
void sdt_heavy_ball(sdt_step step, float momentum, float *parameter, float *velocity,
                    const float *gradient, size_t n);

/// The same, but the parameter takes the step that the new velocity would repeat:
/// parameter[n] += momentum * velocity - rate * gradient.
/// Sutskever et al.: On the importance of initialization and momentum in deep learning (2013).
void sdt_nesterov(sdt_step step, float momentum, float *parameter, float *velocity,
                  const float *gradient, size_t n);

typedef struct {
  float decay;            // of the mean square
  float gain;             // one minus decay, rounded once
  float epsilon_inside;   // under the root: TensorFlow's form
  float epsilon_outside;  // beside it: PyTorch's form
} sdt_rms;

/// square[n] = decay * square + gain * gradient^2; parameter -= rate * gradient / root(square).
/// Tieleman and Hinton: Lecture 6.5, RMSProp (2012).
void sdt_rmsprop(sdt_step step, sdt_rms options, float *parameter, float *square,
                 const float *gradient, size_t n);

/// RMSProp whose steps go through a velocity: velocity = momentum * velocity - rate * gradient / root.
void sdt_rmsprop_momentum(sdt_step step, sdt_rms options, float momentum, float *parameter,
                          float *square, float *velocity, const float *gradient, size_t n);

/// square[n] += gradient^2; parameter -= rate * gradient / (sqrt(square) + epsilon).
/// Duchi, Hazan, Singer: Adaptive subgradient methods (2011).
void sdt_adagrad(sdt_step step, float epsilon, float *parameter, float *square,
                 const float *gradient, size_t n);

typedef struct {
  float beta1, gain1;  // gain = one minus beta, rounded once
  float beta2, gain2;
  float epsilon;
  float root_scale;  // of sqrt(second): 1 / sqrt(1 - beta2^t) corrects its bias, 1 does not
} sdt_adam_options;

/// first = beta1 * first + gain1 * gradient; second = beta2 * second + gain2 * gradient^2;
/// parameter -= rate * first / (root_scale * sqrt(second) + epsilon).
/// The rate carries the first moment's bias correction.
/// Kingma and Ba: Adam (2015); with `keep`, Loshchilov and Hutter: Decoupled weight decay (2019).
void sdt_adam(sdt_step step, sdt_adam_options options, float *parameter, float *first,
              float *second, const float *gradient, size_t n);

/// clipped[n] = scale * gradient + decay * parameter, brought into -bound ... bound.
void sdt_clip(sdt_step step, float bound, const float *parameter, const float *gradient,
              float *clipped, size_t n);

/// average[n] = decay * average + gain * parameter.
void sdt_average(float decay, float gain, float *average, const float *parameter, size_t n);
