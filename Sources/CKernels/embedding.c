#include "include/embedding.h"

#include <math.h>

#include "dispatch.h"

// Eight numbers side by side: the same sums in the same order whatever registers the CPU has.
typedef double lanes __attribute__((vector_size(64)));
enum { LANES = 8 };

SDT_INLINE double total(const lanes *a) {
  double sum = 0;
  for (int l = 0; l < LANES; l++) sum += (*a)[l];
  return sum;
}

static int farther(double distance, uint32_t number, double other, uint32_t other_number) {
  return distance > other || (distance == other && number > other_number);
}

static void rise(double *d, uint32_t *n, size_t place) {
  double distance = d[place];
  uint32_t number = n[place];
  while (place > 0) {
    size_t up = (place - 1) / 2;
    if (!farther(distance, number, d[up], n[up])) break;
    d[place] = d[up];
    n[place] = n[up];
    place = up;
  }
  d[place] = distance;
  n[place] = number;
}

static void sink(double *d, uint32_t *n, size_t count, double distance, uint32_t number) {
  size_t place = 0;
  for (size_t below = 1; below < count; below = 2 * place + 1) {
    if (below + 1 < count && farther(d[below + 1], n[below + 1], d[below], n[below])) below++;
    if (!farther(d[below], n[below], distance, number)) break;
    d[place] = d[below];
    n[place] = n[below];
    place = below;
  }
  d[place] = distance;
  n[place] = number;
}

size_t sdt_nearest_offer(const double *products, const double *norms, double own_norm, size_t count,
                         uint32_t first, uint32_t own, size_t capacity, size_t held,
                         double *distances, uint32_t *numbers) {
  for (size_t i = 0; i < count; i++) {
    double distance = own_norm + norms[i] - 2 * products[i];
    uint32_t number = first + (uint32_t)i;
    if (number == own) continue;
    if (held < capacity) {
      distances[held] = distance;
      numbers[held] = number;
      rise(distances, numbers, held++);
    } else if (farther(distances[0], numbers[0], distance, number)) {
      sink(distances, numbers, held, distance, number);
    }
  }
  return held;
}

SDT_DISPATCH
double sdt_squared_distance_f64(const float *a, const float *b, size_t n) {
  double lane[LANES] = {0}, sum = 0;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (int l = 0; l < LANES; l++) {
      double d = (double)a[i + l] - (double)b[i + l];
      lane[l] += d * d;
    }
  for (int l = 0; l < LANES; l++) sum += lane[l];
  for (; i < n; i++) sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
  return sum;
}

double sdt_squared_length(const float *a, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)a[i] * a[i];
  return sum;
}

double sdt_log_f64(double a) { return log(a); }

double sdt_calibrate(const double *squares, size_t count, double perplexity, double *p) {
  double wanted = log(perplexity), beta = 1, low = 0, high = INFINITY, nearest = INFINITY, mean = 0;
  for (size_t j = 0; j < count; j++) {
    nearest = fmin(nearest, squares[j]);
    mean += squares[j] / count;
  }
  // Start at the data's own scale: any scale takes as few steps as another.
  if (mean > nearest) beta = 1 / (mean - nearest);
  for (int step = 0; step < 200; step++) {
    double sum = 0, weighted = 0;
    for (size_t j = 0; j < count; j++) {
      // Distances beyond the nearest one: the sum is at least 1.
      double beyond = squares[j] - nearest;
      p[j] = exp(-beta * beyond);
      sum += p[j];
      weighted += beyond * p[j];
    }
    for (size_t j = 0; j < count; j++) p[j] /= sum;
    double surplus = log(sum) + beta * weighted / sum - wanted;
    if (fabs(surplus) < 1e-7) break;
    if (surplus > 0) {
      low = beta;
      beta = isinf(high) ? 2 * beta : (low + high) / 2;
    } else {
      high = beta;
      beta = (low + high) / 2;
    }
    // Several points at the nearest distance can hold the entropy above what is wanted for ever.
    if (isinf(beta) || beta == 0) break;
  }
  return beta;
}

SDT_DISPATCH
void sdt_attract(const double *y, const int64_t *starts, const uint32_t *columns, const double *p,
                 size_t first, size_t last, double *out, double *logarithms) {
  for (size_t i = first; i < last; i++) {
    int64_t from = starts[i - first], to = starts[i - first + 1];
    double x = y[2 * i], z = y[2 * i + 1], log_sum = 0;
    lanes fx = {0}, fz = {0};
    for (int64_t e = from; e < to; e += LANES) {
      lanes dx = {0}, dz = {0}, weight = {0};
      int held = to - e < LANES ? (int)(to - e) : LANES;
      if (held == LANES && columns[e + LANES - 1] - columns[e] == LANES - 1) {
        // Columns rise: these lie side by side.
        const double *place = y + 2 * (size_t)columns[e];
        for (int l = 0; l < LANES; l++) {
          dx[l] = x - place[2 * l];
          dz[l] = z - place[2 * l + 1];
          weight[l] = p[e + l];
        }
      } else if (held == LANES) {
        for (int l = 0; l < LANES; l++) {
          dx[l] = x - y[2 * (size_t)columns[e + l]];
          dz[l] = z - y[2 * (size_t)columns[e + l] + 1];
          weight[l] = p[e + l];
        }
      } else {
        for (int l = 0; l < held; l++) {
          dx[l] = x - y[2 * (size_t)columns[e + l]];
          dz[l] = z - y[2 * (size_t)columns[e + l] + 1];
          weight[l] = p[e + l];
        }
      }
      lanes square = dx * dx + dz * dz + 1;
      if (logarithms)
        for (int l = 0; l < held; l++) log_sum += weight[l] * log(square[l]);
      weight = weight / square;
      fx += weight * dx;
      fz += weight * dz;
    }
    out[2 * (i - first)] = total(&fx);
    out[2 * (i - first) + 1] = total(&fz);
    if (logarithms) logarithms[i - first] = log_sum;
  }
}

SDT_DISPATCH
void sdt_repel_exactly(const double *y, size_t points, size_t first, size_t last, double *out) {
  for (size_t i = first; i < last; i++) {
    double x = y[2 * i], z = y[2 * i + 1];
    lanes fx = {0}, fz = {0}, sum = {0};
    for (size_t j = 0; j < points; j += LANES) {
      lanes dx = {0}, dz = {0}, mass = {0};
      int held = points - j < LANES ? (int)(points - j) : LANES;
      for (int l = 0; l < held; l++) {
        dx[l] = x - y[2 * (j + l)];
        dz[l] = z - y[2 * (j + l) + 1];
        mass[l] = 1;
      }
      lanes w = mass / (dx * dx + dz * dz + 1);
      sum += w;
      w *= w;
      fx += w * dx;
      fz += w * dz;
    }
    out[3 * (i - first)] = total(&fx);
    out[3 * (i - first) + 1] = total(&fz);
    // The point met itself, with weight 1.
    out[3 * (i - first) + 2] = total(&sum) - 1;
  }
}
