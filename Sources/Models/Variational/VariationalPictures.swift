import Foundation
import Objectives
import Tensors

/// What to look at of a VAE.
public final class VariationalPictures {
  private let sampling: VariationalSampling
  private let sampleClasses: [Int]
  private let seed: UInt64
  private var options: VariationalOptions { sampling.model.options }
  /// Grey values have a fixed scale, means of normal numbers that of the data.
  private var values: Picture.Values { options.likelihood == .bernoulli ? .unit : .data }

  /// - Parameter sampleClasses: the classes that samples are drawn of, of a conditional model.
  public init(_ sampling: VariationalSampling, sampleClasses: [Int] = [], seed: UInt64) {
    (self.sampling, self.sampleClasses, self.seed) = (sampling, sampleClasses, seed)
  }

  /// Samples, reconstructions of examples, walks between the codes of examples, walks along each latent
  /// variable, and the plane of codes when there are two and no classes.
  /// - Parameters:
  ///   - labels: the examples' labels; read by a conditional model.
  ///   - activity: the variance of each latent variable's mean over data; that over the examples where
  ///     nil.
  public func pictures(_ examples: Tensor, labels: [Int32], activity: [Double]? = nil) -> [Picture]
  {
    let codes = sampling.codes(examples, labels: labels)
    let active = units(activity ?? Self.variances(codes))
    var pictures = [
      samples(),
      Picture(
        name: "reconstructions", title: "Test samples and their reconstructions",
        rows: [examples, sampling.decoded(codes, labels: labels)], labels: ["sample", "model"],
        values: values, axes: .init(columns: "test samples")),
      Picture(
        name: "traversals", title: "Latent variables from −3 to 3, from the most active on",
        rows: traversals(codes, labels[0], active),
        labels: active.map { "latent \($0 + 1)" }, values: values,
        axes: .init(
          rows: "latent variable",
          columns: "its value; the others are those of the first test sample",
          columnLabels: (0..<13).map { Self.number(Double($0) / 2 - 3) })),
    ]
    if codes.shape[0] > 1 {
      pictures.append(
        Picture(
          name: "interpolations", title: "Walks between the codes of test samples",
          rows: walks(codes, labels), values: values,
          axes: .init(
            rows: "pairs of test samples", columns: "from the first of a pair to the second",
            columnLabels: (0..<12).map { "\(($0 * 200 + 11) / 22) %" })))
    }
    if options.latent == 2 && options.classes == nil { pictures.append(plane()) }
    return pictures
  }

  /// Draws from the prior, or the same ten draws in every class.
  private func samples() -> Picture {
    guard options.classes != nil else {
      return Picture(
        name: "samples", title: "Decoded draws from the prior",
        rows: [sampling.decoded(sampling.priorCodes(0..<100, seed: seed))], values: values)
    }
    let count = 10
    let codes = sampling.priorCodes(0..<count, seed: seed)
    return Picture(
      name: "samples", title: "The same ten draws in every class",
      rows: sampleClasses.map {
        sampling.decoded(codes, labels: Array(repeating: Int32($0), count: count))
      },
      labels: sampleClasses.map { "class \($0)" }, values: values,
      axes: .init(
        rows: "class", columns: "draws from the prior",
        columnLabels: (1...count).map { "\($0)" }, rowClasses: sampleClasses))
  }

  /// A number with its sign, without a zero behind the point.
  private static func number(_ value: Double) -> String {
    let size = abs(value)
    let text = size == size.rounded() ? "\(Int(size))" : "\(size)"
    return value < 0 ? "−" + text : text
  }

  /// Straight lines between neighbouring examples, one a row; a conditional model keeps the class of the
  /// first.
  private func walks(_ codes: Tensor, _ labels: [Int32]) -> [Tensor] {
    let (steps, latent) = (12, options.latent)
    return (0..<min(8, codes.shape[0] - 1)).map { start in
      let line = Tensor(steps, latent)
      for step in 0..<steps {
        let share = Float(step) / Float(steps - 1)
        for unit in 0..<latent {
          let a = codes.pointer[start * latent + unit]
          let b = codes.pointer[(start + 1) * latent + unit]
          line.pointer[step * latent + unit] = a + share * (b - a)
        }
      }
      return sampling.decoded(line, labels: Array(repeating: labels[start], count: steps))
    }
  }

  /// The first example's code with one latent variable after the other set to −3 … 3.
  private func traversals(_ codes: Tensor, _ label: Int32, _ units: [Int]) -> [Tensor] {
    let (steps, latent) = (13, options.latent)
    return units.map { unit in
      let line = Tensor(steps, latent)
      for step in 0..<steps {
        line.rows(step..<step + 1).assign(codes.rows(0..<1))
        line.pointer[step * latent + unit] = Float(step) / Float(steps - 1) * 6 - 3
      }
      return sampling.decoded(line, labels: Array(repeating: label, count: steps))
    }
  }

  /// The ten latent variables whose means vary most; the first of equals first.
  private func units(_ activity: [Double]) -> [Int] {
    let falling = activity.indices.sorted {
      (-activity[$0], $0) < (-activity[$1], $1)
    }
    return Array(falling.prefix(10))
  }

  /// The variance of every column.
  private static func variances(_ codes: Tensor) -> [Double] {
    let (rows, width) = (codes.shape[0], codes.shape[1])
    return (0..<width).map { unit in
      let column = (0..<rows).map { Double(codes.pointer[$0 * width + unit]) }
      let mean = column.reduce(0, +) / Double(rows)
      return column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
    }
  }

  /// The tiles of a side of the plane.
  private static let planeSide = 20

  /// One place behind the point.
  private static func rounded(_ value: Float) -> String {
    number((Double(value) * 10).rounded() / 10)
  }

  /// Codes at equal steps of the normal distribution's probability, so that each tile stands for as much
  /// of it (Kingma and Welling, 2014, figure 4).
  private func plane() -> Picture {
    let side = Self.planeSide
    let quantiles = (0..<side).map { Float(normalQuantile((Double($0) + 0.5) / Double(side))) }
    let codes = Tensor(side * side, 2)
    for place in 0..<side * side {
      codes.pointer[2 * place] = quantiles[place % side]
      codes.pointer[2 * place + 1] = quantiles[side - 1 - place / side]
    }
    let tiles = sampling.decoded(codes)
    return Picture(
      name: "manifold", title: "Decoded codes at equal steps of probability",
      rows: (0..<side).map { tiles.rows($0 * side..<($0 + 1) * side) },
      labels: quantiles.reversed().map { Self.rounded($0) }, values: values,
      axes: .init(
        rows: "latent 2", columns: "latent 1", columnLabels: quantiles.map { Self.rounded($0) }))
  }
}

/// The standard normal distribution's quantile of a probability in 0…1, ends excluded: Φ⁻¹, by bisection
/// of ½ erfc(−x / √2) to the last bit.
func normalQuantile(_ probability: Double) -> Double {
  var (low, high) = (-40.0, 40.0)
  while true {
    let middle = (low + high) / 2
    guard middle > low && middle < high else { return middle }
    if erfc(-middle / 2.0.squareRoot()) / 2 < probability { low = middle } else { high = middle }
  }
}
