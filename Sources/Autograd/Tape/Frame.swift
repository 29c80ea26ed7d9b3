import Tensors

/// The memory of a run of a program on one shard: the tensor of every value, and what the run is about.
public final class Frame {
  /// The value's memory, by number.
  var tensors: [Tensor]
  /// The update that is being made.
  public var step = 0
  /// The run's seed.
  public var seed: UInt64 = 0
  /// The samples' global indices, [rows]: what random numbers are counted by.
  public var ids: UnsafePointer<UInt32>?

  init(tensors: [Tensor]) {
    self.tensors = tensors
  }

  /// The memory of a value.
  public subscript(number: Int) -> Tensor { tensors[number] }

  /// Puts memory in the place of an input, or of a result that is to be written there.
  public func bind(_ variable: Variable, to tensor: Tensor) {
    precondition(tensor.count == variable.count, "as many elements as the value has")
    tensors[variable.number] = tensor
  }

  /// The memory of an input or a result after a run.
  public func value(_ variable: Variable) -> Tensor { tensors[variable.number] }
}
