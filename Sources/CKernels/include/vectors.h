// Long vectors of Float32 with Float64 sums. The association is fixed by the places of the elements
// alone: sixteen interleaved sums, added pairwise. A product of two floats is exact in a double, so
// the bits depend on no CPU level either.
#pragma once
#include <stddef.h>

/// The sum of x * y.
double sdt_dot(const float *x, const float *y, size_t n);

/// The sum of |x|.
double sdt_sum_of_magnitudes(const float *x, size_t n);

/// The largest |x|; not a number when one of them is none.
double sdt_largest_magnitude(const float *x, size_t n);

/// out[n] = a * x + b * y, rounded once. `out` may be x or y.
void sdt_combine(double a, const float *x, double b, const float *y, float *out, size_t n);

/// sums[n] += x.
void sdt_add_wide(const float *x, double *sums, size_t n);

/// out[n] = scale * sums + decay * parameter, rounded once.
void sdt_narrow(const double *sums, double scale, double decay, const float *parameter, float *out,
                size_t n);
