/// A contiguous, row-major array of Float32 with a shape: a view of shared, 64-byte aligned memory.
///
/// Copying a tensor copies the view. Element access in a loop goes through `pointer`, once an
/// operation, so that no reference counting and no bounds check stands on a hot path.
public struct Tensor: @unchecked Sendable {
  /// The sizes of the axes, slowest first.
  public let shape: [Int]
  /// The first element.
  public let pointer: UnsafeMutablePointer<Float>
  private let owner: AnyObject

  /// A zero-filled tensor.
  public init(shape: [Int]) {
    precondition(shape.allSatisfy { $0 >= 0 }, "a tensor's axes are not negative")
    let memory = Memory(count: shape.reduce(1, *))
    self.init(shape: shape, pointer: memory.pointer, owner: memory)
  }

  /// A zero-filled tensor.
  public init(_ shape: Int...) {
    self.init(shape: shape)
  }

  /// A tensor with the elements given in row-major order.
  public init(shape: [Int], elements: [Float]) {
    self.init(shape: shape)
    precondition(elements.count == count, "as many elements as the shape has")
    for (i, value) in elements.enumerated() { pointer[i] = value }
  }

  /// A view of memory that somebody else has made, such as memory shared with other processes.
  /// - Parameters:
  ///   - pointer: room for all elements.
  ///   - owner: keeps the memory alive.
  public init(shape: [Int], pointer: UnsafeMutablePointer<Float>, owner: AnyObject) {
    self.shape = shape
    self.pointer = pointer
    self.owner = owner
  }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// The elements, row-major.
  public var elements: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// The elements as a buffer that is valid as long as this tensor lives.
  public var buffer: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }

  /// A view of `shape.product` elements from `offset` on.
  public func view(offset: Int, shape: [Int]) -> Tensor {
    precondition(offset >= 0 && offset + shape.reduce(1, *) <= count, "a view inside its tensor")
    return Tensor(shape: shape, pointer: pointer + offset, owner: owner)
  }

  /// The rows of a matrix [rows, columns] in a range, as a view.
  public func rows(_ range: Range<Int>) -> Tensor {
    let columns = count / max(shape[0], 1)
    return view(
      offset: range.lowerBound * columns, shape: [range.count] + Array(shape.dropFirst()))
  }

  /// Sets every element.
  public func fill(_ value: Float) {
    pointer.update(repeating: value, count: count)
  }

  /// Copies the elements of a tensor of as many elements.
  public func assign(_ other: Tensor) {
    precondition(other.count == count, "as many elements on both sides")
    pointer.update(from: other.pointer, count: count)
  }
}
