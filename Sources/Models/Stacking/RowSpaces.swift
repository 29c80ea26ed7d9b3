/// Buffers for shards, made once for each number of rows: shards differ in size by one sample, and the last
/// batch of an epoch is short, so that there are a few.
final class RowSpaces<Space> {
  private let make: (_ rows: Int) -> Space
  private var spaces: [Int: Space] = [:]

  init(_ make: @escaping (_ rows: Int) -> Space) { self.make = make }

  /// The buffers of a number of rows, as the last who asked left them.
  func space(_ rows: Int) -> Space {
    if let space = spaces[rows] { return space }
    let space = make(rows)
    spaces[rows] = space
    return space
  }
}
