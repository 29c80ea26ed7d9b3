import MessagePassing
import Tensors

/// Joins values over the ranks of a communicator.
public final class RankGather: GlobalGather {
  private let communicator: Communicator

  /// Joins over all ranks of a communicator.
  public init(_ communicator: Communicator) {
    self.communicator = communicator
  }

  /// This rank.
  public var rank: Int { communicator.rank }
  /// The number of ranks.
  public var ranks: Int { communicator.size }

  /// Every rank gets every rank's values, in one message.
  public func gather(_ values: [Double], counts: [Int]) throws -> [Double] {
    precondition(values.count == counts[rank], "as many values as were said")
    return try communicator.allGather(values, counts: counts)
  }
}
