import CMPI
import Foundation
import Timeline

/// The ranks of a run. With one process and no launcher it works without starting MPI.
///
/// All calls are made by the main thread.
public final class Communicator {
  /// This rank, from 0.
  public let rank: Int
  /// The number of ranks.
  public let size: Int
  /// The name of this rank's host.
  public let host: String
  /// Whether any thread may call MPI (`MPI_THREAD_MULTIPLE`), which `world` has to be asked for.
  public let allowsThreads: Bool
  private let usesMPI: Bool

  /// One process by itself.
  public static func solo() -> Communicator {
    Communicator(rank: 0, size: 1, usesMPI: false, allowsThreads: true)
  }

  /// All processes of the launcher (`MPI_Init_thread`, MPI_COMM_WORLD), or this one by itself when
  /// there was no launcher.
  /// - Parameter severalThreads: asks the library for leave to call it from any thread; whether it gave
  ///   it is in `allowsThreads`.
  public static func world(
    _ environment: LauncherEnvironment, severalThreads: Bool = false
  ) throws -> Communicator {
    guard environment.isLaunched else { return solo() }
    sendWholeMessages()
    var provided: Int32 = 0
    var rank: Int32 = 0
    var size: Int32 = 0
    try MPIError.check(sdt_mpi_init(severalThreads ? 1 : 0, &provided), "MPI_Init_thread")
    try MPIError.check(sdt_mpi_rank(&rank), "MPI_Comm_rank")
    try MPIError.check(sdt_mpi_size(&size), "MPI_Comm_size")
    // Each process of a foreign launcher believes that it is alone, and all would train in one place.
    if let expected = environment.expectedSize, expected != Int(size) {
      throw LauncherMismatch(launched: expected, found: Int(size))
    }
    return Communicator(
      rank: Int(rank), size: Int(size), usesMPI: true,
      allowsThreads: sdt_mpi_allows_threads(provided) != 0)
  }

  /// Lets Open MPI send the slices of a reduction over TCP at once: half a MiB, and a header. Larger
  /// messages first ask the other side and wait until both call MPI, so that nothing moves while ranks
  /// compute. What the environment says counts more.
  private static func sendWholeMessages() {
    for name in ["eager_limit", "rndv_eager_limit", "max_send_size"] {
      setenv("OMPI_MCA_btl_tcp_\(name)", "532480", 0)
    }
  }

  private init(rank: Int, size: Int, usesMPI: Bool, allowsThreads: Bool) {
    self.rank = rank
    self.size = size
    self.usesMPI = usesMPI
    self.allowsThreads = allowsThreads
    host = ProcessInfo.processInfo.hostName
  }

  /// The MPI library's own name and version, or nil without MPI (`MPI_Get_library_version`).
  public var libraryVersion: String? {
    guard usesMPI else { return nil }
    var text = [CChar](repeating: 0, count: 8192)
    guard sdt_mpi_library_version(&text) == MPI_SUCCESS else { return nil }
    return MPIError.string(text).split(whereSeparator: { ",\n".contains($0) }).first.map(
      String.init)
  }

  /// Ends MPI. Every rank calls this; no call may follow (`MPI_Barrier`, `MPI_Finalize`).
  ///
  /// No rank leaves before all are here: a launcher may kill those that still have something to say
  /// when the first has ended with a failure.
  public func finalize() throws {
    guard usesMPI else { return }
    try barrier()
    try MPIError.check(Pulse.waiting { sdt_mpi_finalize() }, "MPI_Finalize")
  }

  /// Ends all ranks at once with an exit code (`MPI_Abort`).
  public func abort(code: Int32) -> Never {
    if usesMPI { _ = sdt_mpi_abort(code) }
    exit(code)
  }

  /// The number of ranks that can share memory with this one (`MPI_Comm_split_type`).
  func ranksOnHost() throws -> Int {
    guard usesMPI else { return 1 }
    var count: Int32 = 0
    let code = Pulse.waiting { sdt_mpi_ranks_on_host(&count) }
    try MPIError.check(code, "MPI_Comm_split_type")
    return Int(count)
  }

  /// Whether ranks of one host may sum in shared memory: unless `SDT_TRANSPORT=messages`.
  public var mayShareMemory: Bool {
    ProcessInfo.processInfo.environment["SDT_TRANSPORT"] != "messages"
  }

  /// Waits for all ranks (`MPI_Barrier`).
  public func barrier() throws {
    guard size > 1 else { return }
    try MPIError.check(waiting("MPI_Barrier") { sdt_mpi_barrier() }, "MPI_Barrier")
  }

  /// Makes a call in which ranks wait for each other.
  @inline(__always)
  private func waiting(_ name: StaticString, _ call: () -> Int32) -> Int32 {
    Activity.wait.during(name, .nextCall) { Pulse.waiting(call) }
  }

  /// Copies rank `root`'s bytes to all ranks (`MPI_Bcast`).
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, root: Int = 0) throws {
    // MPI counts with 32 bits.
    try broadcast(bytes, root: root, inPiecesOf: 1 << 30)
  }

  /// One message a piece.
  package func broadcast(
    _ bytes: UnsafeMutableRawBufferPointer, root: Int, inPiecesOf piece: Int
  ) throws {
    guard size > 1 else { return }
    for start in stride(from: 0, to: bytes.count, by: piece) {
      let count = min(piece, bytes.count - start)
      let code = waiting("MPI_Bcast") {
        sdt_mpi_broadcast(bytes.baseAddress! + start, Int32(count), Int32(root))
      }
      try MPIError.check(code, "MPI_Bcast")
    }
  }

  /// Gives every rank the bytes of rank `root`, of any number.
  public func broadcast(_ bytes: [UInt8], root: Int = 0) throws -> [UInt8] {
    guard size > 1 else { return bytes }
    var count = Int64(bytes.count)
    try withUnsafeMutableBytes(of: &count) { try broadcast($0, root: root) }
    var copy = rank == root ? bytes : [UInt8](repeating: 0, count: Int(count))
    try copy.withUnsafeMutableBytes { try broadcast($0, root: root) }
    return copy
  }

  /// Gives every rank the bytes of every rank, in rank order (`MPI_Allgatherv`).
  public func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    guard size > 1 else { return [bytes] }
    let counts = try allGather(counts: bytes.count)
    var all = [UInt8](repeating: 0, count: counts.reduce(0, +))
    let (lengths, offsets) = try Self.extents(counts)
    let code = waiting("MPI_Allgatherv") {
      sdt_mpi_allgatherv(bytes, Int32(bytes.count), &all, lengths, offsets)
    }
    try MPIError.check(code, "MPI_Allgatherv")
    return zip(offsets, counts).map { Array(all[Int($0)..<Int($0) + $1]) }
  }

  /// Gives every rank the doubles of every rank, joined in rank order (`MPI_Allgatherv`).
  /// - Parameter counts: how many each rank gives.
  public func allGather(_ values: [Double], counts: [Int]) throws -> [Double] {
    var all = [Double](repeating: 0, count: counts.reduce(0, +))
    try allGather(values, GatherParts(counts), into: &all)
    return all
  }

  /// Gives every rank the doubles of every rank, joined in rank order, and allocates nothing.
  /// - Parameters:
  ///   - parts: how many each rank gives.
  ///   - all: written to.
  public func allGather(
    _ values: UnsafePointer<Double>, _ parts: GatherParts, into all: UnsafeMutablePointer<Double>
  ) throws {
    guard size > 1 else { return all.update(from: values, count: parts.count) }
    let code = waiting("MPI_Allgatherv") {
      sdt_mpi_allgatherv(values, parts.lengths[rank], all, parts.lengths, parts.offsets)
    }
    try MPIError.check(code, "MPI_Allgatherv")
  }

  /// Brings every rank's floats to rank `root`, joined in rank order; others get nothing
  /// (`MPI_Gatherv`).
  public func gather(_ values: UnsafeBufferPointer<Float>, root: Int = 0) throws -> [Float] {
    guard size > 1 else { return Array(values) }
    let counts = try allGather(counts: values.count)
    var all = [Float](repeating: 0, count: rank == root ? counts.reduce(0, +) : 0)
    // In rounds: MPI counts with 32 bits.
    let most = max(1, (1 << 28) / size)
    for start in stride(from: 0, to: counts.max()!, by: most) {
      let parts = counts.map { (start..<start + most).clamped(to: 0..<$0) }
      try gatherRound(values, parts, into: &all, counts, root)
    }
    return all
  }

  /// Every rank's part, brought to its place at the root.
  private func gatherRound(
    _ values: UnsafeBufferPointer<Float>, _ parts: [Range<Int>], into all: inout [Float],
    _ counts: [Int], _ root: Int
  ) throws {
    var round = [Float](repeating: 0, count: rank == root ? parts.reduce(0) { $0 + $1.count } : 0)
    let (lengths, offsets) = try Self.extents(
      parts.map { $0.count * MemoryLayout<Float>.stride })
    let own = values.baseAddress.map { $0 + parts[rank].lowerBound }
    let code = waiting("MPI_Gatherv") {
      sdt_mpi_gatherv(own, lengths[rank], &round, lengths, offsets, Int32(root))
    }
    try MPIError.check(code, "MPI_Gatherv")
    guard rank == root else { return }
    var (from, first) = (0, 0)
    for (part, count) in zip(parts, counts) {
      let place = first + part.lowerBound
      all.replaceSubrange(place..<place + part.count, with: round[from..<from + part.count])
      from += part.count
      first += count
    }
  }

  private func allGather(counts: Int) throws -> [Int] {
    var mine = Int64(counts)
    var all = [Int64](repeating: 0, count: size)
    let (lengths, offsets) = try Self.extents(all.map { _ in 8 })
    let code = waiting("MPI_Allgatherv") { sdt_mpi_allgatherv(&mine, 8, &all, lengths, offsets) }
    try MPIError.check(code, "MPI_Allgatherv")
    return all.map(Int.init)
  }

  fileprivate static func extents(
    _ counts: [Int]
  ) throws(MPIError) -> (lengths: [Int32], offsets: [Int32]) {
    let total = counts.reduce(0, +)
    guard total <= Int32.max else {
      throw MPIError(call: "MPI_Allgatherv", reason: "\(total) bytes are more than MPI can count")
    }
    var offset: Int32 = 0
    let offsets = counts.map { count in
      defer { offset += Int32(count) }
      return offset
    }
    return (counts.map(Int32.init), offsets)
  }
}

/// How many doubles each rank gives to a gathering.
public struct GatherParts: Sendable {
  /// All of them.
  public let count: Int
  /// Bytes.
  fileprivate let lengths: [Int32]
  fileprivate let offsets: [Int32]

  /// - Parameter counts: the number of doubles of each rank.
  /// - Throws: `MPIError` for more than MPI can count.
  public init(_ counts: [Int]) throws {
    count = counts.reduce(0, +)
    (lengths, offsets) = try Communicator.extents(
      counts.map { $0 * MemoryLayout<Double>.stride })
  }
}
