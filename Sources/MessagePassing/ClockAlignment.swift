import CMPI
import Timeline

/// How this rank's clock stands to that of rank 0: monotonic clocks begin where their hosts do.
public struct ClockAlignment: Sendable, Equatable {
  /// This rank's clock less that of rank 0, in nanoseconds.
  public let offset: Int64
  /// By how much that may be wrong at most, in nanoseconds: half of the quickest round trip.
  public let error: Int64

  /// The same clock.
  public static let same = ClockAlignment(offset: 0, error: 0)

  /// Asks rank 0 for its time again and again, and takes the answer that was quickest: the moment of an answer
  /// lies between its question and its arrival. Every rank calls this together (`MPI_Send`, `MPI_Recv`).
  /// Of the calls that wait for others it is one, on every rank: rank 0 has more to answer than others to ask.
  /// Source: Cristian, "Probabilistic clock synchronization", 1989.
  public static func measure(_ communicator: Communicator, rounds: Int = 32) throws
    -> ClockAlignment
  {
    guard communicator.size > 1 else { return .same }
    return try Pulse.waiting { try measureTogether(communicator, rounds: rounds) }
  }

  private static func measureTogether(
    _ communicator: Communicator, rounds: Int
  ) throws -> ClockAlignment {
    guard communicator.rank > 0 else {
      for rank in 1..<communicator.size {
        for _ in 0..<rounds { try answer(rank) }
      }
      return .same
    }
    var best: ClockAlignment?
    for _ in 0..<rounds {
      let found = try ask()
      if best.map({ found.error < $0.error }) ?? true { best = found }
    }
    return best?.withoutNoise ?? .same
  }

  /// An offset that may as well be none, as between ranks of one host, is none.
  private var withoutNoise: ClockAlignment {
    abs(offset) <= error ? ClockAlignment(offset: 0, error: error) : self
  }

  private static let tag: Int32 = 32767

  private static func answer(_ rank: Int) throws {
    var time: UInt64 = 0
    try MPIError.check(sdt_mpi_receive(&time, 8, Int32(rank), tag), "MPI_Recv")
    time = Moment.now
    try MPIError.check(sdt_mpi_send(&time, 8, Int32(rank), tag), "MPI_Send")
  }

  private static func ask() throws -> ClockAlignment {
    var time: UInt64 = 0
    let asked = Moment.now
    try MPIError.check(sdt_mpi_send(&time, 8, 0, tag), "MPI_Send")
    try MPIError.check(sdt_mpi_receive(&time, 8, 0, tag), "MPI_Recv")
    let trip = Int64(Moment.now - asked)
    let middle = Int64(asked) + trip / 2
    return ClockAlignment(offset: middle - Int64(time), error: (trip + 1) / 2)
  }
}
