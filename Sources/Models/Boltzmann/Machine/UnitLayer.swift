import CKernels
import Tensors

/// One layer of a restricted Boltzmann machine: what its units are given the fields that the other layer
/// makes, and what they add to the energy by themselves.
///
/// Gaussian units of noise σ are taken as u = x / σ wherever machines compute: then u given the other
/// layer is normal with variance 1 around c / σ and the field, and all else is as with σ = 1. `inputs`
/// and `outputs` go from the data's scale to that and back.
public struct UnitLayer: Sendable {
  /// What the units are.
  public let kind: UnitKind
  /// The number of units.
  public let count: Int
  /// c, [count], in the data's scale.
  public let bias: Tensor
  /// log σ², [count]; nil where σ is 1.
  public let logVariance: Tensor?

  /// Room for 1 / σ, σ and c / σ: made anew whenever they are asked for, as parameters move.
  private let inverseDeviation: Tensor
  private let deviation: Tensor
  private let scaledBias: Tensor

  init(_ kind: UnitKind, bias: Tensor, logVariance: Tensor?) {
    (self.kind, self.bias, self.logVariance) = (kind, bias, logVariance)
    count = bias.count
    let room = logVariance == nil ? 0 : count
    (inverseDeviation, deviation) = (Tensor(room), Tensor(room))
    scaledBias = logVariance == nil ? bias : Tensor(room)
  }

  // MARK: - Scale

  /// The number of values of a sample: all but those of a label.
  public var sampleWidth: Int { count - kind.classes }

  /// σ, [count]; nil where it is 1.
  public func deviations() -> Tensor? {
    logVariance.map { Self.exponential(of: $0, times: 0.5, into: deviation) }
  }

  /// 1 / σ, [count]; nil where it is 1.
  func inverseDeviations() -> Tensor? {
    logVariance.map { Self.exponential(of: $0, times: -0.5, into: inverseDeviation) }
  }

  private static func exponential(of a: Tensor, times: Float, into out: Tensor) -> Tensor {
    sdt_affine(out.pointer, a.pointer, times, 0, a.count)
    sdt_exp_into(out.pointer, out.pointer, a.count)
    return out
  }

  /// The biases of u, [count]; valid until parameters move.
  func unitBias() -> Tensor {
    guard let inverse = inverseDeviations() else { return bias }
    sdt_multiply_into(scaledBias.pointer, bias.pointer, inverse.pointer, count)
    return scaledBias
  }

  /// What the machine computes with, [rows, count], of samples [rows, sampleWidth] and, where the layer
  /// has units for them, labels [rows].
  public func inputs(_ samples: Tensor, labels: UnsafePointer<Int32>?, into u: Tensor) {
    let rows = samples.shape[0]
    if let inverse = inverseDeviations() {
      sdt_scale_columns(u.pointer, samples.pointer, inverse.pointer, rows, count)
    } else if kind.classes > 0 {
      for row in 0..<rows {
        (u.pointer + row * count).update(
          from: samples.pointer + row * sampleWidth, count: sampleWidth)
      }
      if let labels { sdt_write_labels(u.pointer, labels, rows, count, kind.classes) }
    } else {
      u.assign(samples)
    }
  }

  /// Samples in the data's scale, [rows, sampleWidth], of what the machine computes with.
  public func outputs(_ u: Tensor, into samples: Tensor) {
    let rows = samples.shape[0]
    if let deviations = deviations() {
      sdt_scale_columns(samples.pointer, u.pointer, deviations.pointer, rows, count)
    } else if kind.classes > 0 {
      for row in 0..<rows {
        (samples.pointer + row * sampleWidth).update(
          from: u.pointer + row * count, count: sampleWidth)
      }
    } else {
      samples.assign(u)
    }
  }

  /// The squared distance of rows of u and others in the data's scale, added in Float64.
  func squaredDistance(_ u: Tensor, _ other: Tensor) -> Double {
    guard let deviations = deviations() else { return u.squaredDistance(to: other) }
    return sdt_scaled_distance(u.pointer, other.pointer, deviations.pointer, u.shape[0], count)
  }

  // MARK: - Units given the other layer

  /// States that no parameter has a part in: fair coins, standard normal numbers, any class. Row r draws
  /// as item `ids[r]`.
  func drawStart(into u: Tensor, _ stream: RandomStream, _ ids: UnsafePointer<UInt32>) {
    // Not in place: the noise of Gaussian units is drawn where samples go, and added to the means.
    let (noBias, fields) = (Tensor(count), Tensor(shape: u.shape))
    UnitLayer(kind, bias: noBias, logVariance: nil).sample(fields, into: u, stream, ids)
  }

  /// The units' means, in place of the fields [rows, count].
  func means(_ fields: Tensor) {
    let (rows, bias) = (fields.shape[0], unitBias().pointer)
    switch kind {
    case .bernoulli: sdt_bernoulli_mean(fields.pointer, bias, rows, count)
    case .gaussian:
      sdt_bias_activate(fields.pointer, fields.pointer, bias, rows, count, 1, SDT_IDENTITY, 0)
    case .labelled(let classes): sdt_labelled_mean(fields.pointer, bias, rows, count, classes)
    }
  }

  /// The units' means in place of the fields [rows, count], and samples; row r draws as item `ids[r]`.
  func sample(
    _ fields: Tensor, into samples: Tensor, _ stream: RandomStream, _ ids: UnsafePointer<UInt32>
  ) {
    let (rows, bias) = (fields.shape[0], unitBias().pointer)
    switch kind {
    case .bernoulli:
      sdt_bernoulli_sample(
        fields.pointer, samples.pointer, bias, rows, count, stream.kernel, ids)
    case .gaussian:
      sdt_gaussian_sample(fields.pointer, samples.pointer, bias, rows, count, stream.kernel, ids)
    case .labelled(let classes):
      sdt_labelled_sample(
        fields.pointer, samples.pointer, bias, rows, count, classes, stream.kernel, ids)
    }
  }

  /// What one row u adds to −E by itself: cᵀu, and for Gaussian units −½uᵀu, of which those with a σ of
  /// their own complete the square.
  /// - Parameter bias: `unitBias()`, which is the same for all rows.
  func ownTerm(_ u: UnsafePointer<Float>, unitBias bias: UnsafePointer<Float>) -> Double {
    var linear = 0.0
    guard kind.isGaussian else {
      for i in 0..<count { linear += Double(u[i]) * Double(bias[i]) }
      return linear
    }
    var square = 0.0
    for i in 0..<count {
      let (value, center) = (Double(u[i]), Double(bias[i]))
      linear += value * center
      square += value * value + (logVariance == nil ? 0 : center * center)
    }
    return linear - 0.5 * square
  }

  /// What the units add to −F of the other layer, of fields with their biases, [count]: the logarithm of
  /// the sum (integral over u, without the constant ½ log 2π a unit) over all their states.
  func marginalTerm(_ activation: UnsafePointer<Float>) -> Double {
    switch kind {
    case .bernoulli: return sdt_softplus_sum(activation, count)
    case .gaussian:
      return (0..<count).reduce(0) {
        $0 + 0.5 * Double(activation[$1]) * Double(activation[$1])
      }
    case .labelled(let classes):
      let group = UnsafeBufferPointer(start: activation + sampleWidth, count: classes)
      return sdt_softplus_sum(activation, sampleWidth) + logSumExp(group.map(Double.init))
    }
  }
}
