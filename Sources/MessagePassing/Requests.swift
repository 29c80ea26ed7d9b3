import CMPI
import Timeline

/// Messages between fixed buffers, set up once, then started and awaited together in every step
/// without allocating (`MPI_Send_init`, `MPI_Recv_init`, `MPI_Startall`, `MPI_Waitall`).
///
/// The buffers belong to the caller, who keeps them alive and in place as long as the requests.
public final class Requests {
  private let set: UnsafeMutablePointer<sdt_requests>

  /// Room for a number of messages.
  public init(capacity: Int) {
    set = sdt_requests_create(Int32(capacity))
  }

  deinit {
    sdt_requests_free(set)
  }

  /// Adds a message to a rank (`MPI_Send_init`).
  public func addSend(_ buffer: UnsafePointer<Float>, count: Int, to rank: Int, tag: Int) throws {
    precondition(set.pointee.count < set.pointee.capacity, "room for the message")
    let code = sdt_requests_add_send(set, buffer, Int32(count), Int32(rank), Int32(tag))
    try MPIError.check(code, "MPI_Send_init")
  }

  /// Adds a message from a rank (`MPI_Recv_init`).
  public func addReceive(
    _ buffer: UnsafeMutablePointer<Float>, count: Int, from rank: Int, tag: Int
  ) throws {
    precondition(set.pointee.count < set.pointee.capacity, "room for the message")
    let code = sdt_requests_add_receive(set, buffer, Int32(count), Int32(rank), Int32(tag))
    try MPIError.check(code, "MPI_Recv_init")
  }

  /// Starts all messages (`MPI_Startall`).
  public func start() throws {
    try MPIError.check(sdt_requests_start(set), "MPI_Startall")
  }

  /// Starts one sum over all ranks, in place, in an association that MPI chooses
  /// (`MPI_Iallreduce`). The set holds this request alone.
  public func startAllReduce(_ buffer: UnsafeMutablePointer<Float>, count: Int) throws {
    let code = sdt_requests_all_reduce(set, buffer, Int32(count))
    try MPIError.check(code, "MPI_Iallreduce")
  }

  /// Waits until all messages have come and gone (`MPI_Waitall`). What is there already is no waiting, but
  /// work (`MPI_Testall`).
  public func wait() throws {
    let call = SpanValues.nextCall
    guard try !test() else { return }
    let code = Activity.wait.during("MPI_Waitall", call) { sdt_requests_wait(set) }
    try MPIError.check(code, "MPI_Waitall")
  }

  /// Gives MPI a chance to move messages, and tells whether all have come and gone (`MPI_Testall`).
  public func test() throws -> Bool {
    var done: Int32 = 0
    try MPIError.check(sdt_requests_test(set, &done), "MPI_Testall")
    return done != 0
  }
}
