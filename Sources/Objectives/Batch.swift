import Tensors

/// This rank's part of a global batch: one piece a logical shard.
///
/// The buffers belong to the batch and are filled anew for every step, so that a step in steady
/// state allocates nothing.
public final class Batch {
  /// A shard's samples.
  public struct Shard {
    /// The logical shard.
    public let index: Int
    /// The number of samples; less than the capacity at the end of an epoch, perhaps zero.
    public fileprivate(set) var rows: Int
    /// All the room there is, [capacity, width]. Rows from `rows` on hold nothing of meaning.
    public let room: Tensor
    /// The samples, [rows, width].
    public fileprivate(set) var samples: Tensor
    /// The samples' places in the dataset, [rows]: what their random numbers are counted by.
    public let ids: UnsafeMutablePointer<UInt32>
    /// The samples' labels, [rows]; −1 without labels.
    public let labels: UnsafeMutablePointer<Int32>
  }

  /// This rank's shards, in order.
  public private(set) var shards: [Shard]
  /// The number of this update, counted from 0 over the whole run.
  public var step = 0
  /// The epoch, counted from 0.
  public var epoch = 0
  /// The number of samples of all shards of all ranks.
  public var globalCount = 0

  /// Room for the shards given.
  /// - Parameters:
  ///   - shards: the logical shards of this rank.
  ///   - width: the number of values a sample.
  ///   - capacity: the most samples of a shard.
  public init(shards: Range<Int>, width: Int, capacity: (Int) -> Int) {
    self.shards = shards.map { index in
      let rows = capacity(index)
      let room = Tensor(rows, width)
      let ids = UnsafeMutablePointer<UInt32>.allocate(capacity: max(rows, 1))
      let labels = UnsafeMutablePointer<Int32>.allocate(capacity: max(rows, 1))
      ids.initialize(repeating: 0, count: max(rows, 1))
      labels.initialize(repeating: -1, count: max(rows, 1))
      return Shard(
        index: index, rows: rows, room: room, samples: room, ids: ids, labels: labels)
    }
  }

  /// Says how many samples a local shard has this time. Only a change makes a new view.
  /// - Parameter place: the shard's place in `shards`.
  public func setRows(_ rows: Int, at place: Int) {
    guard shards[place].rows != rows else { return }
    shards[place].rows = rows
    let room = shards[place].room
    shards[place].samples = rows == room.shape[0] ? room : room.rows(0..<rows)
  }

  deinit {
    for shard in shards {
      shard.ids.deallocate()
      shard.labels.deallocate()
    }
  }
}
