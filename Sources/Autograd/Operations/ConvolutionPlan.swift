import CKernels
import Tensors

/// The shapes of a convolution of x [samples, channels, height, width] with w [filters, channels,
/// height, width] to y [samples, filters, height, width], and the memory it works in.
///
/// Windows of a block of samples are laid out as rows, so that a convolution is a matrix product
/// (Chellapilla, Puri, Simard, "High Performance Convolutional Neural Networks for Document
/// Processing", 2006). Inside, channels come last: a window is then made of few runs of memory, and
/// taps that do not count are runs left out. The operations on one tape that share a plan share its
/// memory, which does not grow with the number of samples.
final class ConvolutionPlan {
  let x: [Int]
  let w: [Int]
  let y: [Int]
  let taps: TapMask
  /// Samples that are worked on together.
  let block: Int

  private let image: sdt_image
  private let windows: RunList
  private let pixels: Int
  private let padded: Tensor
  private let kernel: Tensor
  private let columns: Tensor
  private let results: Tensor

  init(x: [Int], w: [Int], output: Pair, _ sliding: Sliding, taps: TapMask) {
    (self.x, self.w, self.taps) = (x, w, taps)
    y = [x[0], w[0], output.y, output.x]
    let size = Pair(
      max(x[2] + sliding.padding.y, sliding.reach(output.y, kernel: w[2], \.y)),
      max(x[3] + sliding.padding.x, sliding.reach(output.x, kernel: w[3], \.x)))
    image = sdt_image(
      channels: x[1], height: x[2], width: x[3], padded_height: size.y, padded_width: size.x,
      top: sliding.padding.y, left: sliding.padding.x)
    windows = RunList(taps, sliding, channels: x[1], lineWidth: size.x, output)
    pixels = output.y * output.x
    let width = taps.taps.count * x[1]
    block = Self.samplesTogether(x[0], pixels: pixels, width: width)
    padded = Tensor(size.y, size.x, x[1])
    kernel = Tensor(w[0], width)
    columns = Tensor(block * pixels, width)
    results = Tensor(block * pixels, w[0])
  }

  /// Enough samples for products of a few hundred rows, in about 4 MB; at least one.
  private static func samplesTogether(_ samples: Int, pixels: Int, width: Int) -> Int {
    let rows = min(512, 1 << 20 / max(width, 1))
    return max(1, min(samples, rows / max(pixels, 1)))
  }

  /// y = the convolution of x with w, and f(y + bias).
  func convolve(
    _ x: Tensor, _ w: Tensor, into y: Tensor, _ bias: Tensor?, _ activation: Activation
  ) {
    pack(w)
    let filters = kernel.shape[0]
    forEachBlock { first, samples in
      gather(x, first, samples)
      multiplyByKernel(columns, samples, .transposed, into: results)
      for sample in 0..<samples {
        let to = y.pointer + (first + sample) * filters * pixels
        sdt_transpose(
          to, pixels, results.pointer + sample * filters * pixels, filters, pixels, filters)
        guard bias != nil || activation != .none else { continue }
        let (kind, slope) = activation.kernel
        sdt_bias_activate(to, to, bias?.pointer, 1, filters, pixels, kind, slope)
      }
    }
  }

  /// x = the transposed convolution of y with w.
  func convolveTransposed(_ y: Tensor, _ w: Tensor, into x: Tensor) {
    pack(w)
    let width = kernel.shape[1]
    forEachBlock { first, samples in
      takeResults(y, first, samples)
      multiplyByKernel(results, samples, .none, into: columns)
      for sample in 0..<samples {
        padded.fill(0)
        windows.withKernel {
          sdt_windows_scatter(padded.pointer, columns.pointer + sample * pixels * width, $0)
        }
        sdt_image_unpad(x.pointer + (first + sample) * sampleSize, padded.pointer, image)
      }
    }
  }

  /// w = the sum over samples of what x at every tap and y give: the gradient of the weights.
  func correlate(_ x: Tensor, _ y: Tensor, into w: Tensor) {
    let (filters, width) = (kernel.shape[0], kernel.shape[1])
    if self.x[0] == 0 { kernel.fill(0) }
    forEachBlock { first, samples in
      gather(x, first, samples)
      takeResults(y, first, samples)
      multiply(
        ProductSize(rows: filters, columns: width, inner: samples * pixels), results.pointer,
        .transposed, columns.pointer, .none, into: kernel.pointer, beta: first == 0 ? 0 : 1)
    }
    sdt_taps_unpack(
      w.pointer, kernel.pointer, taps.taps, taps.taps.count, filters, self.w[1], area)
  }

  private var area: Int { w[2] * w[3] }
  private var sampleSize: Int { x[1] * x[2] * x[3] }

  private func forEachBlock(_ body: (_ first: Int, _ samples: Int) -> Void) {
    var first = 0
    while first < x[0] {
      body(first, min(block, x[0] - first))
      first += block
    }
  }

  /// The product of the rows of a block of samples with the kernel, or with its transpose.
  private func multiplyByKernel(
    _ rows: Tensor, _ samples: Int, _ transposition: Transposition, into product: Tensor
  ) {
    multiply(
      ProductSize(rows: samples * pixels, columns: product.shape[1], inner: rows.shape[1]),
      rows.pointer, .none, kernel.pointer, transposition, into: product.pointer)
  }

  private func pack(_ w: Tensor) {
    sdt_taps_pack(
      kernel.pointer, w.pointer, taps.taps, taps.taps.count, self.w[0], self.w[1], area)
  }

  private func gather(_ x: Tensor, _ first: Int, _ samples: Int) {
    let size = pixels * kernel.shape[1]
    for sample in 0..<samples {
      sdt_image_pad(padded.pointer, x.pointer + (first + sample) * sampleSize, image)
      windows.withKernel {
        sdt_windows_gather(columns.pointer + sample * size, padded.pointer, $0)
      }
    }
  }

  private func takeResults(_ y: Tensor, _ first: Int, _ samples: Int) {
    let filters = kernel.shape[0]
    for sample in first..<first + samples {
      sdt_transpose(
        results.pointer + (sample - first) * filters * pixels, filters,
        y.pointer + sample * filters * pixels, pixels, filters, pixels)
    }
  }
}

/// The runs of memory that make up a window.
private struct RunList {
  private let offsets: [Int]
  private let lengths: [Int]
  private let form: sdt_windows

  init(_ taps: TapMask, _ sliding: Sliding, channels: Int, lineWidth: Int, _ output: Pair) {
    let starts = taps.taps.map { tap in
      let (y, x) = (
        tap / taps.kernel.x * sliding.dilation.y, tap % taps.kernel.x * sliding.dilation.x
      )
      return (y * lineWidth + x) * channels
    }
    var (offsets, lengths): ([Int], [Int]) = ([], [])
    for start in starts {
      if let last = offsets.indices.last, offsets[last] + lengths[last] == start {
        lengths[last] += channels
      } else {
        offsets.append(start)
        lengths.append(channels)
      }
    }
    (self.offsets, self.lengths) = (offsets, lengths)
    form = sdt_windows(
      rows: output.y, columns: output.x, row_step: sliding.stride.y * lineWidth * channels,
      column_step: sliding.stride.x * channels, runs: offsets.count, width: starts.count * channels,
      offsets: nil, lengths: nil)
  }

  func withKernel(_ body: (sdt_windows) -> Void) {
    offsets.withUnsafeBufferPointer { offsets in
      lengths.withUnsafeBufferPointer { lengths in
        var windows = form
        windows.offsets = offsets.baseAddress
        windows.lengths = lengths.baseAddress
        body(windows)
      }
    }
  }
}
