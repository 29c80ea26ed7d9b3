// Stochastic gradient descent with heavy-ball momentum, in one pass.
#pragma once
#include <stddef.h>

typedef struct {
  float learning_rate;
  float momentum;
  float weight_decay;
  float gradient_scale;  // one over the count that the reduced sum belongs to
} sdt_sgd;

/// velocity[n] = momentum * velocity - rate * (scale * gradient + decay * parameter);
/// parameter[n] += velocity.
/// Polyak: Some methods of speeding up the convergence of iteration methods (1964).
void sdt_sgd_update(sdt_sgd options, float *parameter, float *velocity, const float *gradient,
                    size_t n);
