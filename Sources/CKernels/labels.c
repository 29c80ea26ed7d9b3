#include "include/labels.h"

#include "activations.h"
#include "include/free_energy.h"
#include "philox_lanes.h"

/// Probabilities of a group, in place.
SDT_INLINE void sdt_group_softmax(float *p, const float *bias, size_t classes) {
  float largest = p[0] + bias[0], sum = 0;
  for (size_t k = 0; k < classes; k++) {
    p[k] += bias[k];
    // A number that is none stays: comparisons in this order let it through.
    largest = p[k] > largest || p[k] != p[k] ? p[k] : largest;
  }
  for (size_t k = 0; k < classes; k++) sum += p[k] = sdt_exp(p[k] - largest);
  for (size_t k = 0; k < classes; k++) p[k] /= sum;
}

/// The unit in whose part of [0, 1) u lies. Rounding may leave a rest above the last sum: the last unit
/// that can be on takes it.
SDT_INLINE void sdt_group_draw(float *sample, const float *p, float u, size_t classes) {
  float below = 0;
  size_t chosen = classes, possible = 0;
  for (size_t k = 0; k < classes; k++) {
    below += p[k];
    if (p[k] > 0) possible = k;
    if (chosen == classes && u < below) chosen = k;
  }
  if (chosen == classes) chosen = possible;
  for (size_t k = 0; k < classes; k++) sample[k] = p[k] == p[k] ? (float)(k == chosen) : p[k];
}

SDT_DISPATCH
void sdt_labelled_mean(float *p, const float *bias, size_t rows, size_t columns, size_t classes) {
  size_t units = columns - classes;
  for (size_t r = 0; r < rows; r++) {
    float *row = p + r * columns;
    for (size_t i = 0; i < units; i++) row[i] = sdt_sigmoid(row[i] + bias[i]);
    sdt_group_softmax(row + units, bias + units, classes);
  }
}

SDT_DISPATCH
void sdt_labelled_sample(float *p, float *sample, const float *bias, size_t rows, size_t columns,
                         size_t classes, sdt_stream stream, const uint32_t *items) {
  uint32_t words[SDT_GROUP];
  size_t units = columns - classes;
  sdt_labelled_mean(p, bias, rows, columns, classes);
  for (size_t r = 0; r < rows; r++) {
    const float *mean = p + r * columns;
    float *drawn = sample + r * columns, u = 0;
    for (size_t base = 0; base <= units; base += SDT_GROUP) {
      sdt_philox_group(stream, items[r], (uint32_t)(base / SDT_GROUP), words);
      size_t n = units - base < SDT_GROUP ? units - base : SDT_GROUP;
      for (size_t i = 0; i < n; i++)
        drawn[base + i] = sdt_unit_float(words[i]) < mean[base + i] ? 1.0f : 0.0f;
      if (n < SDT_GROUP) u = sdt_unit_float(words[n]);
    }
    sdt_group_draw(drawn + units, mean + units, u, classes);
  }
}

void sdt_write_labels(float *x, const int32_t *labels, size_t rows, size_t columns,
                      size_t classes) {
  for (size_t r = 0; r < rows; r++) {
    float *group = x + r * columns + (columns - classes);
    for (size_t k = 0; k < classes; k++) group[k] = labels[r] == (int32_t)k ? 1.0f : 0.0f;
  }
}

SDT_DISPATCH
void sdt_label_scores(double *score, const float *field, const float *bias, const float *weights,
                      size_t hidden, size_t classes) {
  enum { BLOCK = 512 };
  double sum[BLOCK];
  for (size_t k = 0; k < classes; k++) {
    const float *w = weights + k * hidden;
    score[k] = 0;
    for (size_t base = 0; base < hidden; base += BLOCK) {
      size_t n = hidden - base < BLOCK ? hidden - base : BLOCK;
      for (size_t j = 0; j < n; j++)
        sum[j] = (double)field[base + j] + (double)bias[base + j] + (double)w[base + j];
      score[k] += sdt_softplus_sum_double(sum, n);
    }
  }
}
