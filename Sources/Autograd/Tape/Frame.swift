import Tensors

/// The memory of a run: the tensor of every value, and what the run is about.
public final class Frame {
  /// The value's memory, by number.
  public internal(set) var tensors: [Tensor]
  /// The number of samples of this shard: rows from here on are padding that does not count.
  public var step = 0
  /// The samples' global indices, [rows]: what random numbers are counted by.
  public var ids: UnsafePointer<UInt32>?
  /// The run's seed.
  public var seed: UInt64 = 0

  init(tensors: [Tensor]) {
    self.tensors = tensors
  }

  /// The memory of a value.
  public subscript(number: Int) -> Tensor { tensors[number] }
}
