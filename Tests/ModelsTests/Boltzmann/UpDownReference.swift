import Foundation
import Tensors

/// Up-down learning of one sample in plain loops of Float64, as in Hinton, Osindero and Teh, 2006, appendix B,
/// with the draws of the program and probabilities for the top's h.
struct UpDownReference {
  /// The widths from the sample's to the top's.
  let widths: [Int]
  let classes: Int
  /// Whether samples are real numbers with normal noise of variance 1.
  let isGaussian: Bool
  let gibbsSteps: Int
  let parameters: [String: [Double]]
  let seed: UInt64

  /// The sums by name, added to those that are there.
  func add(
    sample: [Double], label: Int, id: Int, step: Int, to sums: inout [String: [Double]]
  ) {
    let directed = widths.count - 2
    var wake = [sample]
    for l in 0..<directed {
      let means = up(l, wake[l])
      wake.append(draw(means, id, step, round: l))
    }
    // The top machine.
    let data = wake[directed] + (0..<classes).map { $0 == label ? 1 : 0 }
    let dataHidden = topHidden(data)
    var h = draw(dataHidden, id, step, round: directed)
    var chain: [Double] = []
    for sweep in 0..<gibbsSteps {
      chain = drawLabelled(topFields(h), id, step, round: directed + 1 + 2 * sweep)
      h = draw(topHidden(chain), id, step, round: directed + 2 + 2 * sweep)
    }
    let chainHidden = topHidden(chain)
    outer(dataHidden, data, -1, "up-down/top/weights", &sums)
    outer(chainHidden, chain, 1, "up-down/top/weights", &sums)
    plus(chainHidden, dataHidden, "up-down/top/hidden_bias", &sums)
    plus(chain, data, "up-down/top/visible_bias", &sums)
    // The way down.
    var dream = [Int: [Double]]()
    dream[directed] = Array(chain.prefix(widths[directed]))
    for l in (0..<directed).reversed() {
      let means = down(l, dream[l + 1]!)
      let round = directed + 1 + 2 * gibbsSteps + l
      if l > 0 {
        dream[l] = draw(means, id, step, round: round)
      } else {
        dream[l] = isGaussian ? noisy(means, id, step, round: round) : means
      }
    }
    for l in 0..<directed {
      let name = "up-down/\(l + 1)/"
      let predicted = down(l, wake[l + 1])
      let missing = zip(predicted, wake[l]).map(-)
      outer(wake[l + 1], missing, 1, name + "generative/weights", &sums)
      plus(predicted, wake[l], name + "generative/bias", &sums)
      let recognized = up(l, dream[l]!)
      let wrong = zip(recognized, dream[l + 1]!).map(-)
      outer(wrong, dream[l]!, 1, name + "recognition/weights", &sums)
      plus(recognized, dream[l + 1]!, name + "recognition/bias", &sums)
    }
  }

  // MARK: - Conditionals

  private func up(_ l: Int, _ x: [Double]) -> [Double] {
    let (w, b) = (
      parameters["up-down/\(l + 1)/recognition/weights"]!,
      parameters["up-down/\(l + 1)/recognition/bias"]!
    )
    return b.indices.map { j in
      sigmoid(x.indices.reduce(b[j]) { $0 + w[j * x.count + $1] * x[$1] })
    }
  }

  private func down(_ l: Int, _ h: [Double]) -> [Double] {
    let (w, c) = (
      parameters["up-down/\(l + 1)/generative/weights"]!,
      parameters["up-down/\(l + 1)/generative/bias"]!
    )
    return c.indices.map { i in
      let field = h.indices.reduce(c[i]) { $0 + w[$1 * c.count + i] * h[$1] }
      return l == 0 && isGaussian ? field : sigmoid(field)
    }
  }

  private func topHidden(_ x: [Double]) -> [Double] {
    let (w, b) = (parameters["up-down/top/weights"]!, parameters["up-down/top/hidden_bias"]!)
    return b.indices.map { j in
      sigmoid(x.indices.reduce(b[j]) { $0 + w[j * x.count + $1] * x[$1] })
    }
  }

  private func topFields(_ h: [Double]) -> [Double] {
    let (w, c) = (parameters["up-down/top/weights"]!, parameters["up-down/top/visible_bias"]!)
    return c.indices.map { i in h.indices.reduce(c[i]) { $0 + w[$1 * c.count + i] * h[$1] } }
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  // MARK: - Draws

  private func uniform(_ count: Int, _ id: Int, _ step: Int, _ round: Int) -> [Double] {
    var values = [Float](repeating: 0, count: count)
    values.withUnsafeMutableBufferPointer {
      RandomStream(seed: seed, purpose: RandomPurpose(number: 17), step: step, round: round)
        .uniform(item: id, into: $0)
    }
    return values.map(Double.init)
  }

  private func draw(_ means: [Double], _ id: Int, _ step: Int, round: Int) -> [Double] {
    zip(uniform(means.count, id, step, round), means).map { $0 < $1 ? 1 : 0 }
  }

  private func noisy(_ means: [Double], _ id: Int, _ step: Int, round: Int) -> [Double] {
    var noise = [Float](repeating: 0, count: means.count)
    noise.withUnsafeMutableBufferPointer {
      RandomStream(seed: seed, purpose: RandomPurpose(number: 17), step: step, round: round)
        .normal(item: id, into: $0)
    }
    return zip(means, noise).map { $0 + Double($1) }
  }

  private func drawLabelled(_ fields: [Double], _ id: Int, _ step: Int, round: Int) -> [Double] {
    let u = uniform(fields.count, id, step, round)
    let units = fields.count - classes
    var states = (0..<units).map { u[$0] < sigmoid(fields[$0]) ? 1.0 : 0 }
    guard classes > 0 else { return states }
    let weights = fields[units...].map { exp($0) }
    var (rest, chosen) = (u[units] * weights.reduce(0, +), 0)
    while rest >= weights[chosen] { (rest, chosen) = (rest - weights[chosen], chosen + 1) }
    states += (0..<classes).map { $0 == chosen ? 1 : 0 }
    return states
  }

  // MARK: - Sums

  private func outer(
    _ a: [Double], _ b: [Double], _ scale: Double, _ name: String, _ sums: inout [String: [Double]]
  ) {
    for i in a.indices {
      for j in b.indices { sums[name]![i * b.count + j] += scale * a[i] * b[j] }
    }
  }

  /// a − b.
  private func plus(
    _ a: [Double], _ b: [Double], _ name: String, _ sums: inout [String: [Double]]
  ) {
    for i in a.indices { sums[name]![i] += a[i] - b[i] }
  }
}
