import Tensors

/// A fixed function of samples: what the stages before a stage of a curriculum have learned.
///
/// It may draw, where it is told what its draws are counted by.
public struct SampleMap {
  /// What the draws of a call are counted by.
  public struct Draws {
    /// The number of the update.
    public let step: Int
    /// The samples' places in the dataset, [rows].
    public let ids: UnsafePointer<UInt32>

    /// Draws of a step.
    public init(step: Int, ids: UnsafePointer<UInt32>) {
      (self.step, self.ids) = (step, ids)
    }
  }

  /// Writes the results, [rows, width], of samples [rows, …].
  public typealias Function = (_ samples: Tensor, _ results: Tensor, _ draws: Draws?) -> Void

  /// The number of values of a result.
  public let width: Int
  private let function: Function

  /// A function, which allocates nothing once it has seen a number of rows.
  public init(width: Int, apply: @escaping (_ samples: Tensor, _ results: Tensor) -> Void) {
    self.init(width: width) { samples, results, _ in apply(samples, results) }
  }

  /// A function that draws where it is given draws, and gives means where it is not.
  public init(width: Int, drawing function: @escaping Function) {
    (self.width, self.function) = (width, function)
  }

  /// Writes the results, [rows, width], of samples [rows, …].
  public func apply(_ samples: Tensor, _ results: Tensor, draws: Draws? = nil) {
    function(samples, results, draws)
  }

  /// The results of samples, [rows, width], in memory of their own.
  public func callAsFunction(_ samples: Tensor, draws: Draws? = nil) -> Tensor {
    let results = Tensor(samples.shape[0], width)
    apply(samples, results, draws: draws)
    return results
  }

  /// Another function of the results of this one.
  public func then(_ next: SampleMap) -> SampleMap {
    let rooms = Rooms(width)
    return SampleMap(width: next.width) { samples, results, draws in
      let codes = rooms.room(samples.shape[0])
      apply(samples, codes, draws: draws)
      next.apply(codes, results, draws: draws)
    }
  }

  /// Functions one after the other; nil of none.
  public static func chain(_ maps: [SampleMap]) -> SampleMap? {
    maps.first.map { maps.dropFirst().reduce($0) { $0.then($1) } }
  }
}

extension SampleMap {
  /// The means of a machine's hidden units, of samples in the data's scale.
  public init(hiddenMeansOf machine: RestrictedBoltzmannMachine) {
    let rooms = Rooms(machine.visible)
    self.init(width: machine.hidden) { samples, results in
      guard samples.shape[0] > 0 else { return }
      let u = rooms.room(samples.shape[0])
      machine.visibleLayer.inputs(samples, labels: nil, into: u)
      machine.hiddenMeans(u, into: results)
    }
  }

  /// The means of a machine's visible units in the data's scale, of hidden ones.
  public init(visibleMeansOf machine: RestrictedBoltzmannMachine) {
    let rooms = Rooms(machine.visible)
    self.init(width: machine.visibleLayer.sampleWidth) { samples, results in
      guard samples.shape[0] > 0 else { return }
      let u = rooms.room(samples.shape[0])
      machine.visibleMeans(samples, into: u)
      machine.visibleLayer.outputs(u, into: results)
    }
  }

  /// The first value of a recorded function.
  public init(_ function: TapeFunction, width: Int) {
    self.init(width: width) { samples, results in
      if samples.shape[0] > 0 { function.write(samples, into: results) }
    }
  }
}

/// Room for intermediate values of a width, one for each number of rows that was asked for.
final class Rooms {
  private let rooms: RowSpaces<Tensor>

  init(_ width: Int) { rooms = RowSpaces { Tensor($0, width) } }

  /// [rows, width]; zeros when it is new.
  func room(_ rows: Int) -> Tensor { rooms.space(rows) }
}
