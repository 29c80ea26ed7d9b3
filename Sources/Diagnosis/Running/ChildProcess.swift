import Foundation

/// A program that is started, listened to, and given up when it takes too long.
///
/// What touches a file system runs in a process of its own: when that file system is dead, no signal
/// ends the process that waits for it, and the one who asked must be able to go without it.
public struct ChildProcess: Sendable {
  /// The program: a path, or a name on the PATH.
  public var program: String
  /// Its arguments.
  public var arguments: [String]
  /// Changes of the environment; nil removes a variable.
  public var environment: [String: String?] = [:]
  /// Whether it ends by itself when it is asked to (SIGTERM), as soon as it can, and cleans up first;
  /// else it is killed.
  public var cleansUp = false

  /// A program with arguments.
  public init(_ program: String, _ arguments: [String], environment: [String: String?] = [:]) {
    (self.program, self.arguments, self.environment) = (program, arguments, environment)
  }

  /// Runs it and gives what it wrote to standard output, and its exit code.
  public func run(seconds: Double) -> Outcome<Output> {
    let start = Clock.now
    let pipe = Pipe()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(
      environment.compactMapValues { $0 }
    ) { $1 }.filter { environment[$0.key] != .some(nil) }
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch { return .failed("cannot start \(program): \(error)") }
    guard let text = read(pipe.fileHandleForReading.fileDescriptor, until: start + seconds),
      Clock.poll(until: start + seconds, { process.isRunning ? nil : true }) != nil
    else {
      giveUp(process)
      return .late
    }
    return .done(Output(text: text, status: process.terminationStatus))
  }

  /// What a program left.
  public struct Output: Codable, Sendable {
    /// Its standard output.
    public var text: String
    /// Its exit code, or the signal that ended it.
    public var status: Int32
  }

  /// All that comes until the other end closes; nil when it does not in time.
  private func read(_ descriptor: Int32, until end: Double) -> String? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65536)
    while true {
      var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let left = Int32(max(0, (end - Clock.now) * 1000))
      let ready = Foundation.poll(&poll, 1, left)
      if ready < 0 && errno == EINTR { continue }
      guard ready > 0 else { return nil }
      let count = Foundation.read(descriptor, &piece, piece.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += piece[..<count]
    }
  }

  private func giveUp(_ process: Process) {
    // One that waits for a dead file system gets either when that comes back, and then may clean up.
    kill(process.processIdentifier, cleansUp ? SIGTERM : SIGKILL)
  }
}
