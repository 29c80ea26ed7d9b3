import CKernels
import Tensors

/// Windows over images [samples, channels, height, width], and what is taken of them.
private struct Pooling: Operation {
  enum Kind {
    /// x → the largest of each window.
    case maximum
    /// (x, v) → v where x is largest in the window, the first of equals.
    case pick
    /// (x, g) → g at those places: the transpose of `pick`.
    case place
    /// x → the mean of each window.
    case mean
    /// Its transpose.
    case share
  }

  let kind: Kind
  let image: [Int]
  let result: [Int]
  let form: sdt_pool

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (a, out) = (frame[inputs[0]].pointer, frame[output].pointer)
    switch kind {
    case .maximum: sdt_pool_pick(out, a, a, form)
    case .pick: sdt_pool_pick(out, a, frame[inputs[1]].pointer, form)
    case .place: sdt_pool_place(out, a, frame[inputs[1]].pointer, form)
    case .mean: sdt_pool_mean(out, a, form)
    case .share: sdt_pool_share(out, a, form)
    }
  }

  func pullback(inputs: [Variable], output: Variable, cotangent g: Variable) -> [Variable?] {
    switch kind {
    case .maximum: [apply(.place, [inputs[0], g])]
    case .pick: [nil, apply(.place, [inputs[0], g])]
    case .place: [nil, apply(.pick, [inputs[0], g])]
    case .mean: [apply(.share, [g])]
    case .share: [apply(.mean, [g])]
    }
  }

  func apply(_ kind: Kind, _ inputs: [Variable]) -> Variable {
    let isImage = kind == .place || kind == .share
    let operation = Pooling(kind: kind, image: image, result: result, form: form)
    return inputs[0].tape.record(operation, inputs, shape: isImage ? image : result)
  }

  init(kind: Kind, image: [Int], result: [Int], form: sdt_pool) {
    (self.kind, self.image, self.result, self.form) = (kind, image, result, form)
  }

  init(_ kind: Kind, of image: [Int], window: Pair, stride: Pair, padding: Pair) {
    let size = Sliding(stride: stride, padding: padding)
      .outputSize(Pair(image[2], image[3]), kernel: window)
    precondition(
      size.y > 0 && size.x > 0 && 2 * padding.y <= window.y && 2 * padding.x <= window.x,
      "windows \(window.y) × \(window.x) fit images \(image); the margin is at most half of one")
    self.init(
      kind: kind, image: image, result: [image[0], image[1], size.y, size.x],
      form: sdt_pool(
        planes: image[0] * image[1], height: image[2], width: image[3], rows: size.y,
        columns: size.x, kernel_height: window.y, kernel_width: window.x, row_stride: stride.y,
        column_stride: stride.x, top: padding.y, left: padding.x))
  }
}

extension Variable {
  /// The largest of each window of images [samples, channels, height, width]; of equal ones the first
  /// gets the gradient. As PyTorch's MaxPool2d.
  /// - Parameters:
  ///   - stride: the distance of windows; their size unless given.
  ///   - padding: a margin whose values never are the largest.
  public func maxPooled(_ window: Pair, stride: Pair? = nil, padding: Pair = 0) -> Variable {
    Pooling(.maximum, of: shape, window: window, stride: stride ?? window, padding: padding)
      .apply(.maximum, [self])
  }

  /// The mean of each window; a margin counts as zeros. As PyTorch's AvgPool2d.
  public func averagePooled(_ window: Pair, stride: Pair? = nil, padding: Pair = 0) -> Variable {
    Pooling(.mean, of: shape, window: window, stride: stride ?? window, padding: padding)
      .apply(.mean, [self])
  }
}
