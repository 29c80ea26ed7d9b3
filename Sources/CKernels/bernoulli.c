#include "include/bernoulli.h"

#include "activations.h"
#include "philox_lanes.h"

SDT_DISPATCH
void sdt_bernoulli_mean(float *p, const float *bias, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    float *row = p + r * columns;
    for (size_t j = 0; j < columns; j++) row[j] = sdt_sigmoid(row[j] + bias[j]);
  }
}

SDT_DISPATCH
void sdt_bernoulli_sample(float *p, float *sample, const float *bias, size_t rows, size_t columns,
                          sdt_stream stream, const uint32_t *items) {
  uint32_t words[SDT_GROUP];
  for (size_t r = 0; r < rows; r++) {
    for (size_t base = 0; base < columns; base += SDT_GROUP) {
      sdt_philox_group(stream, items[r], (uint32_t)(base / SDT_GROUP), words);
      size_t n = columns - base < SDT_GROUP ? columns - base : SDT_GROUP;
      float *mean = p + r * columns + base, *drawn = sample + r * columns + base;
      const float *b = bias + base;
      for (size_t i = 0; i < n; i++) {
        float q = sdt_sigmoid(mean[i] + b[i]);
        mean[i] = q;
        drawn[i] = sdt_unit_float(words[i]) < q ? 1.0f : 0.0f;
      }
    }
  }
}

SDT_DISPATCH
void sdt_bernoulli_draw(const float *mean, float *sample, size_t rows, size_t columns,
                        sdt_stream stream, const uint32_t *items) {
  uint32_t words[SDT_GROUP];
  for (size_t r = 0; r < rows; r++) {
    for (size_t base = 0; base < columns; base += SDT_GROUP) {
      sdt_philox_group(stream, items[r], (uint32_t)(base / SDT_GROUP), words);
      size_t n = columns - base < SDT_GROUP ? columns - base : SDT_GROUP;
      const float *q = mean + r * columns + base;
      float *drawn = sample + r * columns + base;
      for (size_t i = 0; i < n; i++) drawn[i] = sdt_unit_float(words[i]) < q[i] ? 1.0f : 0.0f;
    }
  }
}
