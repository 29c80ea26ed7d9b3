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
    let rooms = Rooms(width)
    return SampleMap(width: next.width) { samples, results in
      let codes = rooms.room(samples.shape[0])
      apply(samples, codes)
      next.apply(codes, results)
    }
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
private final class Rooms {
  private let width: Int
  private var rooms: [Int: Tensor] = [:]

  init(_ width: Int) { self.width = width }

  func room(_ rows: Int) -> Tensor {
    if let room = rooms[rows] { return room }
    let room = Tensor(rows, width)
    rooms[rows] = room
    return room
  }
}
