// One step of an LSTM or GRU for [rows], in one pass; gates in PyTorch's order.
#pragma once
#include <stddef.h>

/// Gates (i, f, g, o) [rows, 4 width] hold what comes of h_before and become what they let through of
/// that and of `input`; c = f c_before + i g; h = o tanh(c).
void sdt_lstm_step(float *gates, const float *input, const float *c_before, float *c, float *h,
                   size_t rows, size_t width);
/// out[rows, 4 width] = the cotangent of the gates before their activations, out of those of this
/// step's c and h: what comes from outside plus dc and dh from the step behind. dc becomes that of
/// c_before.
void sdt_lstm_back(float *out, const float *gates, const float *c_before, const float *c,
                   const float *outer_c, const float *outer_h, const float *dh, float *dc,
                   size_t rows, size_t width);

/// Gates (r, z, n) [rows, 3 width] hold what comes of the input, `hidden` what comes of h_before.
/// They become what they let through, n = tanh(n + r hidden_n); h = n + z (h_before - n);
/// kept[rows, width] = hidden_n.
void sdt_gru_step(float *gates, const float *hidden, const float *h_before, float *kept, float *h,
                  size_t rows, size_t width);
/// out[rows, 3 width] = the cotangent of `hidden`, out_n[rows, width] that of the n gate before its
/// activation; dh becomes the part that reaches h_before past the product.
void sdt_gru_back(float *out, float *out_n, const float *gates, const float *kept,
                  const float *h_before, float *dh, size_t rows, size_t width);
