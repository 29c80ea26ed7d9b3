import CMPI

/// Messages beside those of a run, which never wait: whoever sends or asks goes on at once, and so can
/// notice that another rank does not answer.
///
/// Where the library allows it (`Communicator.allowsThreads`) they go on while another thread waits in
/// MPI.
public final class SideChannel {
  private var side = sdt_side()
  private var sending: [Message] = []
  private var receiving: [Int: Message] = [:]

  /// The bytes of a message under way.
  private final class Message {
    let bytes: UnsafeMutableRawBufferPointer
    let count: Int
    var request = sdt_side_request()

    init(count: Int) {
      self.count = count
      bytes = .allocate(byteCount: max(count, 1), alignment: 8)
    }

    deinit { bytes.deallocate() }

    func isDone() throws -> Bool {
      var done: Int32 = 0
      try MPIError.check(sdt_side_test(&request, &done), "MPI_Test")
      return done != 0
    }
  }

  /// Opens the channel. All ranks call this together (`MPI_Comm_dup`). One rank alone has nobody to
  /// talk to, and does not touch MPI.
  public init(_ communicator: Communicator) throws {
    guard communicator.size > 1 else { return }
    try MPIError.check(sdt_side_open(&side), "MPI_Comm_dup")
  }

  /// Starts a message to another rank (`MPI_Isend`); messages of two ranks arrive in order.
  public func send(_ bytes: [UInt8], to rank: Int) throws {
    try progress()
    let message = Message(count: bytes.count)
    message.bytes.copyBytes(from: bytes)
    let code = sdt_side_send(
      &side, message.bytes.baseAddress, Int32(bytes.count), Int32(rank), &message.request)
    try MPIError.check(code, "MPI_Isend")
    sending.append(message)
  }

  /// The next message of a rank; nil where it has not come yet (`MPI_Iprobe`, `MPI_Irecv`).
  public func receive(from rank: Int) throws -> [UInt8]? {
    try progress()
    if receiving[rank] == nil { receiving[rank] = try incoming(from: rank) }
    guard let message = receiving[rank], try message.isDone() else { return nil }
    receiving[rank] = nil
    return Array(message.bytes[..<message.count])
  }

  /// Whether messages of this rank are still under way.
  public func isSending() throws -> Bool {
    try progress()
    return !sending.isEmpty
  }

  private func incoming(from rank: Int) throws -> Message? {
    var (found, count): (Int32, Int32) = (0, 0)
    try MPIError.check(sdt_side_probe(&side, Int32(rank), &found, &count), "MPI_Iprobe")
    guard found != 0 else { return nil }
    let message = Message(count: Int(count))
    let code = sdt_side_receive(
      &side, message.bytes.baseAddress, count, Int32(rank), &message.request)
    try MPIError.check(code, "MPI_Irecv")
    return message
  }

  /// Lets go of messages that have gone.
  private func progress() throws {
    sending = try sending.filter { try !$0.isDone() }
  }
}
