/// A flat buffer with named slices: what the reducer, the optimizer, the checkpoint and the digest
/// see of a model.
public struct SliceLayout: Sendable, Equatable {
  /// A named part of the flat buffer.
  public struct Slice: Sendable, Equatable {
    /// The name, such as `weights` or `encoder/0/bias`.
    public let name: String
    /// The sizes of the axes.
    public let shape: [Int]
    /// The first element's place in the flat buffer.
    public let offset: Int

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }
    /// The elements' places in the flat buffer.
    public var range: Range<Int> { offset..<offset + count }
  }

  /// The slices, in the order of their places.
  public let slices: [Slice]
  /// The number of elements of the flat buffer.
  public let count: Int

  /// Lays the named shapes one behind the other.
  public init(_ shapes: [(name: String, shape: [Int])]) {
    var offset = 0
    slices = shapes.map { name, shape in
      defer { offset += shape.reduce(1, *) }
      return Slice(name: name, shape: shape, offset: offset)
    }
    count = offset
    precondition(Set(slices.map(\.name)).count == slices.count, "slices have different names")
  }

  /// The slice of a name, if there is one.
  public subscript(name: String) -> Slice? {
    slices.first { $0.name == name }
  }
}

/// All trainable numbers of a model in one allocation, with names.
public final class ParameterSet: Sendable {
  /// Where each parameter lies.
  public let layout: SliceLayout
  /// The flat buffer, [layout.count].
  public let flat: Tensor

  /// Zero-filled parameters.
  public init(_ layout: SliceLayout) {
    self.layout = layout
    flat = Tensor(layout.count)
  }

  /// Parameters that are a part of others, such as those of one machine of several.
  /// - Parameter memory: holds them, as many elements as the layout has.
  public init(_ layout: SliceLayout, memory: Tensor) {
    precondition(memory.count == layout.count, "as many elements as the layout has")
    self.layout = layout
    flat = memory.view(offset: 0, shape: [layout.count])
  }

  /// The parameter of a name, as a view; the name must exist.
  public subscript(name: String) -> Tensor {
    guard let slice = layout[name] else { preconditionFailure("no parameter is named \(name)") }
    return flat.view(offset: slice.offset, shape: slice.shape)
  }
}
