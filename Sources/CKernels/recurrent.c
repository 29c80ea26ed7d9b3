#include "include/recurrent.h"

#include "activations.h"
#include "dispatch.h"

SDT_DISPATCH
void sdt_lstm_step(float *restrict gates, const float *restrict c_before, float *restrict c,
                   float *restrict h, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++) {
    float *restrict i = gates + r * 4 * width;
    float *restrict f = i + width, *restrict g = f + width, *restrict o = g + width;
    const float *before = c_before + r * width;
    float *after = c + r * width, *out = h + r * width;
    for (size_t k = 0; k < width; k++) {
      i[k] = sdt_sigmoid(i[k]), f[k] = sdt_sigmoid(f[k]);
      g[k] = sdt_tanh(g[k]), o[k] = sdt_sigmoid(o[k]);
      after[k] = f[k] * before[k] + i[k] * g[k];
      out[k] = o[k] * sdt_tanh(after[k]);
    }
  }
}

SDT_DISPATCH
void sdt_lstm_back(float *restrict out, const float *restrict gates,
                   const float *restrict c_before, const float *restrict c,
                   const float *restrict dh, float *restrict dc, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++) {
    const float *i = gates + r * 4 * width, *f = i + width, *g = f + width, *o = g + width;
    float *restrict di = out + r * 4 * width;
    float *restrict df = di + width, *restrict dg = df + width, *restrict d_o = dg + width;
    for (size_t k = 0; k < width; k++) {
      size_t at = r * width + k;
      float t = sdt_tanh(c[at]), all = dc[at] + dh[at] * o[k] * (1.0f - t * t);
      di[k] = all * g[k] * (i[k] - i[k] * i[k]);
      df[k] = all * c_before[at] * (f[k] - f[k] * f[k]);
      dg[k] = all * i[k] * (1.0f - g[k] * g[k]);
      d_o[k] = dh[at] * t * (o[k] - o[k] * o[k]);
      dc[at] = all * f[k];
    }
  }
}

SDT_DISPATCH
void sdt_gru_step(float *restrict gates, const float *restrict hidden,
                  const float *restrict h_before, float *restrict kept, float *restrict h,
                  size_t rows, size_t width) {
  for (size_t row = 0; row < rows; row++) {
    float *restrict r = gates + row * 3 * width;
    float *restrict z = r + width, *restrict n = z + width;
    const float *hr = hidden + row * 3 * width, *hz = hr + width, *hn = hz + width;
    for (size_t k = 0; k < width; k++) {
      size_t at = row * width + k;
      r[k] = sdt_sigmoid(r[k] + hr[k]), z[k] = sdt_sigmoid(z[k] + hz[k]);
      n[k] = sdt_tanh(n[k] + r[k] * hn[k]);
      kept[at] = hn[k];
      h[at] = n[k] + z[k] * (h_before[at] - n[k]);
    }
  }
}

SDT_DISPATCH
void sdt_gru_back(float *restrict out, float *restrict out_n, const float *restrict gates,
                  const float *restrict kept, const float *restrict h_before, float *restrict dh,
                  size_t rows, size_t width) {
  for (size_t row = 0; row < rows; row++) {
    const float *r = gates + row * 3 * width, *z = r + width, *n = z + width;
    float *restrict dr = out + row * 3 * width;
    float *restrict dz = dr + width, *restrict dn = dz + width;
    for (size_t k = 0; k < width; k++) {
      size_t at = row * width + k;
      float d = dh[at] * (1.0f - z[k]) * (1.0f - n[k] * n[k]);
      out_n[at] = d;
      dn[k] = d * r[k];
      dr[k] = d * kept[at] * (r[k] - r[k] * r[k]);
      dz[k] = dh[at] * (h_before[at] - n[k]) * (z[k] - z[k] * z[k]);
      dh[at] *= z[k];
    }
  }
}
