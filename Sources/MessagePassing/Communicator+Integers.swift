import CMPI

/// Whole numbers over all ranks: exact, so the same in any order and on any number of ranks.
extension Communicator {
  /// How numbers of several ranks become one.
  public enum IntegerReduction: Sendable {
    /// They are added.
    case sum
    /// The greatest is taken.
    case greatest
  }

  /// Brings what the numbers of all ranks come to, place by place, to rank `root`; those of other ranks stay as
  /// they are, as do all where there is one rank (`MPI_Reduce`).
  /// - Parameter values: as many on every rank.
  public func reduce(_ values: inout [Int64], _ kind: IntegerReduction, root: Int = 0) throws {
    guard size > 1 else { return }
    // In rounds: MPI counts with 32 bits.
    for start in stride(from: 0, to: values.count, by: 1 << 24) {
      let count = min(1 << 24, values.count - start)
      let code = values.withUnsafeMutableBufferPointer { values in
        Pulse.waiting {
          sdt_mpi_reduce_integers(
            values.baseAddress! + start, Int32(count), kind == .greatest ? 1 : 0, Int32(root),
            Int32(rank))
        }
      }
      try MPIError.check(code, "MPI_Reduce")
    }
  }
}
