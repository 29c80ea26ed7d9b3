// Elementwise maps of one or two arrays. Outputs may be inputs.
#pragma once
#include <stddef.h>

void sdt_subtract_into(float *out, const float *a, const float *b, size_t n);
void sdt_multiply_into(float *out, const float *a, const float *b, size_t n);
void sdt_divide_into(float *out, const float *a, const float *b, size_t n);
/// out = a * scale + offset.
void sdt_affine(float *out, const float *a, float scale, float offset, size_t n);
void sdt_exp_into(float *out, const float *a, size_t n);
void sdt_log_into(float *out, const float *a, size_t n);
void sdt_sqrt_into(float *out, const float *a, size_t n);
void sdt_tanh_into(float *out, const float *a, size_t n);
void sdt_sigmoid_into(float *out, const float *a, size_t n);
/// log(1 + exp(a)), stable.
void sdt_softplus_into(float *out, const float *a, size_t n);
/// a where a > 0, else slope * a.
void sdt_leaky_relu_into(float *out, const float *a, float slope, size_t n);
/// 1 where a > 0, else slope: the derivative of the above.
void sdt_leaky_step_into(float *out, const float *a, float slope, size_t n);
void sdt_abs_into(float *out, const float *a, size_t n);
/// 1, 0 or -1.
void sdt_sign_into(float *out, const float *a, size_t n);

/// Sums over the middle axis: out[outer, inner] = sum over k of a[outer, k, inner].
void sdt_sum_middle(float *out, const float *a, size_t outer, size_t middle, size_t inner);
/// The largest over the middle axis.
void sdt_max_middle(float *out, const float *a, size_t outer, size_t middle, size_t inner);
/// out[outer, k, inner] = a[outer, inner] for all k.
void sdt_repeat_middle(float *out, const float *a, size_t outer, size_t middle, size_t inner);
/// From numbers uniform in [0, 1): 0 where a < dropped, else 1 / (1 - dropped). In place.
void sdt_keep_mask(float *a, float dropped, size_t n);
