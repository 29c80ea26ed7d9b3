import Foundation
import Tensors

/// How a parameter's first values are drawn.
///
/// Fans are those of PyTorch: for weights [a, b, …], the input fan is b times the kernel's area, the
/// output fan a times the area.
public enum Initializer: Sendable, Equatable {
  /// All equal.
  case constant(Float)
  /// Uniform in [−bound, bound).
  case uniform(bound: Float)
  /// Normal with mean 0.
  case normal(deviation: Float)
  /// Uniform with variance gain² · 2 / (input fan + output fan) (Glorot and Bengio, 2010).
  case xavierUniform(gain: Float = 1)
  /// Normal with that variance.
  case xavierNormal(gain: Float = 1)
  /// Uniform with variance gain² / input fan (He et al., 2015); gain √2 is for rectifiers.
  case heUniform(gain: Float = 1.4142135)
  /// Normal with that variance.
  case heNormal(gain: Float = 1.4142135)
  /// Rows, or columns where they are fewer, orthogonal and of length gain (Saxe et al., 2014).
  case orthogonal(gain: Float = 1)
  /// Uniform within 1 / √(input fan): PyTorch's default of linear layers and convolutions.
  case uniformFanIn

  /// Draws the first values.
  /// - Parameters:
  ///   - parameter: written to.
  ///   - number: the parameter's place in its model, which tells its random numbers from others'.
  public func fill(_ parameter: Tensor, seed: UInt64, number: Int) {
    let stream = RandomStream(seed: seed, purpose: .initialization)
    let shape = parameter.shape
    let area = Float(shape.dropFirst(2).reduce(1, *))
    let fanIn = Float(shape.count > 1 ? shape[1] : shape.first ?? 1) * area
    let fanOut = Float(shape.first ?? 1) * area

    func normal(_ deviation: Float) {
      stream.normal(item: number, into: parameter.buffer)
      parameter.scale(by: deviation)
    }
    func uniform(_ bound: Float) {
      stream.uniform(item: number, into: parameter.buffer)
      for i in parameter.buffer.indices {
        parameter.pointer[i] = (2 * parameter.pointer[i] - 1) * bound
      }
    }
    switch self {
    case .constant(let value): parameter.fill(value)
    case .uniform(let bound): uniform(bound)
    case .normal(let deviation): normal(deviation)
    case .xavierUniform(let gain): uniform(gain * (6 / (fanIn + fanOut)).squareRoot())
    case .xavierNormal(let gain): normal(gain * (2 / (fanIn + fanOut)).squareRoot())
    case .heUniform(let gain): uniform(gain * (3 / fanIn).squareRoot())
    case .heNormal(let gain): normal(gain / fanIn.squareRoot())
    case .uniformFanIn: uniform(1 / fanIn.squareRoot())
    case .orthogonal(let gain):
      stream.normal(item: number, into: parameter.buffer)
      orthogonalize(parameter, gain: gain)
    }
  }
}

/// Makes the rows of a matrix [rows, everything else], or its columns where they are fewer, orthogonal
/// and of length `gain`: Gram–Schmidt in Float64, each vector twice ("twice is enough", Kahan).
private func orthogonalize(_ matrix: Tensor, gain: Float) {
  let rows = matrix.shape.first ?? 1
  let columns = matrix.count / max(rows, 1)
  let (count, width) = (min(rows, columns), max(rows, columns))
  let (step, along) = rows <= columns ? (columns, 1) : (1, columns)
  var vectors = [Double](repeating: 0, count: count * width)
  vectors.withUnsafeMutableBufferPointer { vectors in
    for i in 0..<count {
      let own = i * width
      for k in 0..<width { vectors[own + k] = Double(matrix.pointer[i * step + k * along]) }
      for _ in 0..<2 {
        for j in 0..<i {
          var overlap = 0.0
          for k in 0..<width { overlap += vectors[own + k] * vectors[j * width + k] }
          for k in 0..<width { vectors[own + k] -= overlap * vectors[j * width + k] }
        }
        var square = 0.0
        for k in 0..<width { square += vectors[own + k] * vectors[own + k] }
        let scale = 1 / square.squareRoot()
        for k in 0..<width { vectors[own + k] *= scale }
      }
      for k in 0..<width {
        matrix.pointer[i * step + k * along] = Float(vectors[own + k]) * gain
      }
    }
  }
}
