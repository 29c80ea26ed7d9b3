import Tensors

/// A fixed function of samples: what the stages before a stage of a curriculum have learned.
public struct SampleMap {
  /// The number of values of a result.
  public let width: Int
  /// Writes the results, [rows, width], of samples [rows, …].
  public let apply: (_ samples: Tensor, _ results: Tensor) -> Void

  /// A function, which allocates nothing once it has seen a number of rows.
  public init(width: Int, apply: @escaping (_ samples: Tensor, _ results: Tensor) -> Void) {
    (self.width, self.apply) = (width, apply)
  }

  /// The results of samples, [rows, width], in memory of their own.
  public func callAsFunction(_ samples: Tensor) -> Tensor {
    let results = Tensor(samples.shape[0], width)
    apply(samples, results)
    return results
  }

  /// Another function of the results of this one.
  public func then(_ next: SampleMap) -> SampleMap {
    var between: [Int: Tensor] = [:]
    return SampleMap(width: next.width) { [width] samples, results in
      let rows = samples.shape[0]
      let codes = between[rows] ?? Tensor(rows, width)
      between[rows] = codes
      apply(samples, codes)
      next.apply(codes, results)
    }
  }
}

extension SampleMap {
  /// The means of a machine's hidden units.
  public init(hiddenMeansOf machine: RestrictedBoltzmannMachine) {
    self.init(width: machine.hidden) { samples, results in
      if samples.shape[0] > 0 { machine.hiddenMeans(samples, into: results) }
    }
  }

  /// The means of a machine's visible units, of hidden ones.
  public init(visibleMeansOf machine: RestrictedBoltzmannMachine) {
    self.init(width: machine.visible) { samples, results in
      if samples.shape[0] > 0 { machine.visibleMeans(samples, into: results) }
    }
  }

  /// The first value of a recorded function.
  public init(_ function: TapeFunction, width: Int) {
    self.init(width: width) { samples, results in
      if samples.shape[0] > 0 { results.assign(function(samples)[0]) }
    }
  }
}
