#include "include/recurrent.h"

#include "activations.h"
#include "dispatch.h"

/// One row; the parameters' promise of places apart is what lets the loop vectorise.
SDT_INLINE void sdt_lstm_row(float *restrict i, float *restrict f, float *restrict g,
                             float *restrict o, const float *restrict in,
                             const float *restrict before, float *restrict after,
                             float *restrict out, size_t width) {
  for (size_t k = 0; k < width; k++) {
    i[k] = sdt_sigmoid(i[k] + in[k]);
    f[k] = sdt_sigmoid(f[k] + in[width + k]);
    g[k] = sdt_tanh(g[k] + in[2 * width + k]);
    o[k] = sdt_sigmoid(o[k] + in[3 * width + k]);
    after[k] = f[k] * before[k] + i[k] * g[k];
    out[k] = o[k] * sdt_tanh(after[k]);
  }
}

SDT_DISPATCH
void sdt_lstm_step(float *gates, const float *input, const float *c_before, float *c, float *h,
                   size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++) {
    float *i = gates + r * 4 * width;
    sdt_lstm_row(i, i + width, i + 2 * width, i + 3 * width, input + r * 4 * width,
                 c_before + r * width, c + r * width, h + r * width, width);
  }
}

SDT_DISPATCH
void sdt_lstm_back(float *restrict out, const float *restrict gates,
                   const float *restrict c_before, const float *restrict c,
                   const float *restrict outer_c, const float *restrict outer_h,
                   const float *restrict dh, float *restrict dc, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++) {
    const float *i = gates + r * 4 * width, *f = i + width, *g = f + width, *o = g + width;
    float *restrict di = out + r * 4 * width;
    float *restrict df = di + width, *restrict dg = df + width, *restrict d_o = dg + width;
    for (size_t k = 0; k < width; k++) {
      size_t at = r * width + k;
      float t = sdt_tanh(c[at]), out_h = dh[at] + outer_h[at];
      float all = dc[at] + outer_c[at] + out_h * o[k] * (1.0f - t * t);
      di[k] = all * g[k] * (i[k] - i[k] * i[k]);
      df[k] = all * c_before[at] * (f[k] - f[k] * f[k]);
      dg[k] = all * i[k] * (1.0f - g[k] * g[k]);
      d_o[k] = out_h * t * (o[k] - o[k] * o[k]);
      dc[at] = all * f[k];
    }
  }
}

SDT_INLINE void sdt_gru_row(float *restrict r, float *restrict z, float *restrict n,
                            const float *restrict hidden, const float *restrict before,
                            float *restrict kept, float *restrict h, size_t width) {
  for (size_t k = 0; k < width; k++) {
    r[k] = sdt_sigmoid(r[k] + hidden[k]);
    z[k] = sdt_sigmoid(z[k] + hidden[width + k]);
    kept[k] = hidden[2 * width + k];
    n[k] = sdt_tanh(n[k] + r[k] * kept[k]);
    h[k] = n[k] + z[k] * (before[k] - n[k]);
  }
}

SDT_DISPATCH
void sdt_gru_step(float *gates, const float *hidden, const float *h_before, float *kept, float *h,
                  size_t rows, size_t width) {
  for (size_t row = 0; row < rows; row++) {
    float *r = gates + row * 3 * width;
    sdt_gru_row(r, r + width, r + 2 * width, hidden + row * 3 * width, h_before + row * width,
                kept + row * width, h + row * width, width);
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
