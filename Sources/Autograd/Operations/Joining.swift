import CKernels
import Tensors

/// A range of an axis, [outer, range, inner].
private struct Slice: Operation {
  let axis: Int
  let range: Range<Int>

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let a = frame[inputs[0]]
    let inner = a.shape.product(after: axis)
    let width = a.shape[axis] * inner
    let part = range.count * inner
    let out = frame[output].pointer
    for o in 0..<a.shape.product(before: axis) {
      (out + o * part).update(from: a.pointer + o * width + range.lowerBound * inner, count: part)
    }
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    let size = inputs[0].shape[axis]
    return [.joined([cotangent], at: [range.lowerBound], size: size, axis: axis)]
  }
}

/// Parts at their places of an axis; zero where none is.
private struct Joined: Operation {
  let axis: Int
  /// Where each part begins, and how long it is, in order.
  let starts: [Int]
  let lengths: [Int]
  /// Whether parts leave a gap.
  let hasGaps: Bool

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let result = frame[output]
    let inner = result.shape.product(after: axis)
    let width = result.shape[axis] * inner
    if hasGaps { result.fill(0) }
    for (place, input) in inputs.enumerated() {
      let (start, part) = (starts[place] * inner, lengths[place] * inner)
      let a = frame[input].pointer
      for o in 0..<result.shape.product(before: axis) {
        (result.pointer + o * width + start).update(from: a + o * part, count: part)
      }
    }
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    zip(starts, lengths).map { cotangent.slice(axis: axis, $0..<$0 + $1) }
  }
}

extension Variable {
  /// The part of an axis in a range.
  public func slice(axis: Int, _ range: Range<Int>) -> Variable {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[axis], "\(range) lies in \(shape[axis])")
    guard range.count < shape[axis] else { return self }
    if let parts = joinedParts(axis, range) { return parts }
    var shape = self.shape
    shape[axis] = range.count
    return tape.record(Slice(axis: axis, range: range), [self], shape: shape)
  }

  /// A range of parts that are joined, none of which it cuts: those alone.
  private func joinedParts(_ axis: Int, _ range: Range<Int>) -> Variable? {
    let node = tape.nodes[number]
    guard let joined = node.operation as? Joined, joined.axis == axis else { return nil }
    let places = joined.starts.indices.filter {
      range.overlaps(joined.starts[$0]..<joined.starts[$0] + joined.lengths[$0])
    }
    let areWhole = places.allSatisfy {
      range.contains(joined.starts[$0])
        && joined.starts[$0] + joined.lengths[$0] <= range.upperBound
    }
    guard areWhole, !places.isEmpty else { return nil }
    let parts = places.map { Variable(tape: tape, number: node.inputs[$0]) }
    if parts.count == 1, parts[0].shape[axis] == range.count { return parts[0] }
    return .joined(
      parts, at: places.map { joined.starts[$0] - range.lowerBound }, size: range.count, axis: axis)
  }

  /// Zeros before and after the elements of an axis.
  public func padded(axis: Int, before: Int, after: Int) -> Variable {
    precondition(before >= 0 && after >= 0, "padding adds elements")
    guard before + after > 0 else { return self }
    return .joined([self], at: [before], size: before + shape[axis] + after, axis: axis)
  }

  /// Values one behind the other along an axis; their other axes agree.
  public static func concatenated(_ parts: [Variable], axis: Int) -> Variable {
    precondition(!parts.isEmpty, "something to join")
    guard parts.count > 1 else { return parts[0] }
    var starts = [0]
    for part in parts { starts.append(starts[starts.count - 1] + part.shape[axis]) }
    return joined(parts, at: starts.dropLast(), size: starts[parts.count], axis: axis)
  }

  /// Parts that do not overlap, in order, at their places of an axis of a size; zero elsewhere.
  fileprivate static func joined(
    _ parts: [Variable], at starts: [Int], size: Int, axis: Int
  ) -> Variable {
    var shape = parts[0].shape
    let others = shape.indices.filter { $0 != axis }
    precondition(
      parts.allSatisfy { part in
        part.shape.count == shape.count && others.allSatisfy { part.shape[$0] == shape[$0] }
      }, "parts agree in all axes but \(axis): \(parts.map(\.shape))")
    shape[axis] = size
    let lengths = parts.map { $0.shape[axis] }
    let operation = Joined(
      axis: axis, starts: starts, lengths: lengths, hasGaps: lengths.reduce(0, +) < size)
    return parts[0].tape.record(operation, parts, shape: shape)
  }

  /// The sum of two values that are parts at places apart, as one value: many slices of a value
  /// then have one gradient, written once, not one of full size each. Nil when it does not apply.
  static func joinedSum(_ a: Variable, _ b: Variable) -> Variable? {
    let (left, right) = (a.tape.nodes[a.number], b.tape.nodes[b.number])
    guard let x = left.operation as? Joined, let y = right.operation as? Joined,
      x.axis == y.axis, x.hasGaps, y.hasGaps, left.shape == right.shape
    else { return nil }
    let parts = zip(left.inputs + right.inputs, zip(x.starts + y.starts, x.lengths + y.lengths))
      .sorted { $0.1.0 < $1.1.0 }
    let overlaps = zip(parts, parts.dropFirst()).contains { $0.1.0 + $0.1.1 > $1.1.0 }
    guard !overlaps else { return nil }
    return joined(
      parts.map { Variable(tape: a.tape, number: $0.0) }, at: parts.map(\.1.0),
      size: left.shape[x.axis], axis: x.axis)
  }
}

extension [Int] {
  /// The number of elements of the axes before one.
  func product(before axis: Int) -> Int {
    var product = 1
    for i in 0..<axis { product *= self[i] }
    return product
  }

  /// The number of elements of the axes after one.
  func product(after axis: Int) -> Int {
    var product = 1
    for i in axis + 1..<count { product *= self[i] }
    return product
  }
}
