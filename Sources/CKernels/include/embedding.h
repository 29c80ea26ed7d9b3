// Loops of t-SNE: neighbours, perplexity, forces. All in Float64; what a row gets depends on nothing
// but the row, so rows may be dealt to ranks at will.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Offers `count` candidates, numbered from `first`, to the `capacity` nearest of one point, a heap
/// with the farthest on top; of equal distances the smaller number is nearer. The point itself, number
/// `own`, is left out. products[count] are inner products with the point, norms[count] squared lengths.
/// Returns how many are held now.
size_t sdt_nearest_offer(const double *products, const double *norms, double own_norm, size_t count,
                         uint32_t first, uint32_t own, size_t capacity, size_t held,
                         double *distances, uint32_t *numbers);

/// The squared distance of a[n] and b[n], in eight interleaved partial sums.
double sdt_squared_distance_f64(const float *a, const float *b, size_t n);

/// The squared length of a[n].
double sdt_squared_length(const float *a, size_t n);

/// The natural logarithm.
double sdt_log_f64(double a);

/// p[j] = exp(-beta * squares[j]) / sum, with the beta at which the entropy of p is log(perplexity),
/// found by bisection. squares[count] are squared distances. Returns beta.
double sdt_calibrate(const double *squares, size_t count, double perplexity, double *p);

/// out[rows, 2] = sum over j of p_ij w_ij (y_i - y_j) with w = 1 / (1 + |y_i - y_j|^2), of the rows
/// [first, last) of a sparse matrix: row i has the entries starts[i - first] to starts[i - first + 1]
/// of columns and p. Where `logarithms` is not null it gets sum over j of p_ij log(1 / w_ij): [rows].
void sdt_attract(const double *y, const int64_t *starts, const uint32_t *columns, const double *p,
                 size_t first, size_t last, double *out, double *logarithms);

/// out[rows, 3] of the rows [first, last): the sum over all other points of w^2 (y_i - y_j), and of w.
void sdt_repel_exactly(const double *y, size_t points, size_t first, size_t last, double *out);
