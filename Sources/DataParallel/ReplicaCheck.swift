import CKernels
import MessagePassing
import Tensors

/// Compares what every rank ought to hold alike, by a hash of each named array: one small message, no
/// allocation.
public final class ReplicaCheck {
  /// An array that is not the same everywhere.
  public struct Difference: Equatable, Sendable {
    /// The array.
    public let name: String
    /// The ranks whose array is not what most hold; all of them where no content is held by more than
    /// half of the ranks.
    public let ranks: [Int]
  }

  private let communicator: Communicator
  private let arrays: [(name: String, values: Tensor)]
  private let parts: GatherParts
  private let own: UnsafeMutablePointer<UInt64>
  private let all: UnsafeMutablePointer<UInt64>

  /// Buffers for the comparison of arrays, which are read where they lie.
  /// - Parameters:
  ///   - arrays: the same names and shapes on all ranks.
  ///   - communicator: the ranks.
  public init(_ arrays: [(name: String, values: Tensor)], communicator: Communicator) throws {
    self.arrays = arrays
    self.communicator = communicator
    parts = try GatherParts([Int](repeating: arrays.count, count: communicator.size))
    own = .allocate(capacity: max(arrays.count, 1))
    all = .allocate(capacity: max(arrays.count * communicator.size, 1))
  }

  deinit {
    own.deallocate()
    all.deallocate()
  }

  /// The first array that differs, the same on every rank; nil when all are equal. Every rank calls
  /// this together.
  public func run() throws -> Difference? {
    guard communicator.size > 1, !arrays.isEmpty else { return nil }
    for index in arrays.indices {
      own[index] = sdt_hash(arrays[index].values.pointer, arrays[index].values.count)
    }
    // Eight bytes are eight bytes: nobody reads them as numbers on the way.
    try UnsafeRawPointer(own).withMemoryRebound(to: Double.self, capacity: arrays.count) { own in
      try UnsafeMutableRawPointer(all).withMemoryRebound(
        to: Double.self, capacity: parts.count
      ) { all in
        try communicator.allGather(own, parts, into: all)
      }
    }
    for index in arrays.indices where differs(index) { return difference(index) }
    return nil
  }

  private func differs(_ index: Int) -> Bool {
    (1..<communicator.size).contains { all[$0 * arrays.count + index] != all[index] }
  }

  private func difference(_ index: Int) -> Difference {
    let hashes = (0..<communicator.size).map { all[$0 * arrays.count + index] }
    let common = Dictionary(grouping: hashes, by: { $0 }).values.max { $0.count < $1.count } ?? []
    let isMajority = 2 * common.count > hashes.count
    return Difference(
      name: arrays[index].name,
      ranks: hashes.indices.filter { !isMajority || hashes[$0] != common[0] })
  }
}
