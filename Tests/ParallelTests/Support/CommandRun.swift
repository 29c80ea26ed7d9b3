import Foundation
import Testing

/// What a command that has ended left.
struct CommandResult {
  /// The exit code; 128 + the signal when one ended it.
  let status: Int32
  let output: String
  let errors: String
  let seconds: Double
  /// Whether it was killed because it took too long.
  let hung: Bool

  /// All that it said.
  var text: String { output + errors }

  /// The lines that begin with `error: `.
  var errorLines: [Substring] { errors.split(separator: "\n").filter { $0.hasPrefix("error: ") } }
}

/// A command under way, in a process group of its own, with all that it starts.
///
/// Every process that descends from it carries a mark in its environment. So ranks are found, and
/// nothing of a hung run stays, although a launcher gives each rank a process group of its own.
final class CommandRun {
  let pid: pid_t
  private let mark = UUID().uuidString
  private let folder: URL
  private let start = DispatchTime.now().uptimeNanoseconds
  private var status: Int32?

  /// Starts a command. The program is looked up in PATH unless it has a slash.
  init(_ words: [String], environment: [String: String] = [:]) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("command-\(mark)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var all = ProcessInfo.processInfo.environment
    all.merge(environment) { $1 }
    all["SDT_TEST_MARK"] = mark
    // Open MPI leaves its shared memory behind when all of it is killed: there it goes with the folder.
    all["OMPI_MCA_btl_vader_backing_directory"] = folder.path
    pid = try Self.spawn(words, all, folder.path)
  }

  deinit {
    if status == nil { killAll() }
    try? FileManager.default.removeItem(at: folder)
  }

  private static func spawn(
    _ words: [String], _ environment: [String: String], _ folder: String
  ) throws -> pid_t {
    var attributes = posix_spawnattr_t()
    var actions = posix_spawn_file_actions_t()
    posix_spawnattr_init(&attributes)
    posix_spawn_file_actions_init(&actions)
    defer {
      posix_spawnattr_destroy(&attributes)
      posix_spawn_file_actions_destroy(&actions)
    }
    // The threads that tests run on block signals, which a child would inherit.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK))
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    // A terminal would bring a progress bar.
    for (number, name) in [(Int32(1), "/output"), (2, "/errors")] {
      posix_spawn_file_actions_addopen(
        &actions, number, folder + name, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    }
    // Open MPI's mpirun aborts when it inherits descriptors beyond 1023 (FD_SETSIZE of `select`).
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
      if let file = Int32(name), file > 2 { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
    }
    let arguments = words.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, words[0], &actions, &attributes, arguments, variables)
    guard code == 0 else {
      throw TestError("cannot start \(words[0]): \(String(cString: strerror(code)))")
    }
    return pid
  }

  /// Whether it has not ended.
  var isRunning: Bool {
    guard status == nil else { return false }
    var code: Int32 = 0
    guard waitpid(pid, &code, WNOHANG) == pid else { return true }
    status = code & 0x7f == 0 ? (code >> 8) & 0xff : 128 + (code & 0x7f)
    return false
  }

  /// Asks again and again until it is so; false, with what the command said, when the time or the command is over.
  func comes(
    within timeout: Double, to condition: () -> Bool,
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> Bool {
    var isReached = false
    _ = waitUntil(timeout: timeout) {
      let isOver = !isRunning
      isReached = condition()
      return isReached || isOver
    }
    if !isReached {
      let state = status.map { "ended with \($0)" } ?? "still running"
      Issue.record("\(state): \(text("output"))\(text("errors"))", sourceLocation: sourceLocation)
    }
    return isReached
  }

  /// Waits for the end. What takes longer than `timeout` seconds is killed, with all it started.
  func wait(timeout: Double = 120) -> CommandResult {
    let hung = !waitUntil(timeout: timeout) { !self.isRunning }
    if hung { killAll() }
    let ended = DispatchTime.now().uptimeNanoseconds
    return CommandResult(
      status: status ?? -1, output: text("output"), errors: text("errors"),
      seconds: Double(ended - start) * 1e-9, hung: hung)
  }

  private func text(_ name: String) -> String {
    (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
  }

  /// What it has written to standard error so far.
  var errorsSoFar: String { text("errors") }

  /// Sends a signal to the command itself: the launcher.
  func signal(_ number: Int32) { if isRunning { kill(pid, number) } }

  /// The processes of the ranks, by rank; not those that ranks have started.
  var ranks: [Int: pid_t] {
    var found: [pid_t: Int] = [:]
    for (process, environment) in descendants {
      for name in ["OMPI_COMM_WORLD_RANK=", "PMI_RANK="] {
        guard let entry = environment.first(where: { $0.hasPrefix(name) }) else { continue }
        found[process] = Int(entry.dropFirst(name.count))!
      }
    }
    let own = found.filter { process, rank in
      Self.parent(of: process).map { found[$0] != rank } ?? false
    }
    return Dictionary(own.map { ($1, $0) }, uniquingKeysWith: min)
  }

  /// The process that has started another (`/proc/PID/stat`: the second field after the name).
  private static func parent(of process: pid_t) -> pid_t? {
    let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    let fields = text?.split(separator: ")").last?.split(separator: " ")
    return fields.flatMap { $0.count > 1 ? pid_t($0[1]) : nil }
  }

  /// Its processes of a name (`/proc/PID/comm`).
  func processes(named name: String) -> [pid_t] {
    descendants.map(\.0).filter {
      let text = try? String(contentsOfFile: "/proc/\($0)/comm", encoding: .utf8)
      return text?.trimmingCharacters(in: .newlines) == name
    }
  }

  /// All processes that descend from the command, and their environments.
  private var descendants: [(pid_t, [Substring])] {
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return numbers.compactMap { number in
      guard let process = pid_t(number),
        let bytes = FileManager.default.contents(atPath: "/proc/\(number)/environ")
      else { return nil }
      let entries = String(decoding: bytes, as: UTF8.self).split(separator: "\0")
      return entries.contains("SDT_TEST_MARK=\(mark)") ? (process, entries) : nil
    }
  }

  /// Kills the command and everything that it started (SIGKILL).
  func killAll() {
    for (process, _) in descendants { kill(process, SIGKILL) }
    if isRunning { kill(pid, SIGKILL) }
    _ = waitUntil(timeout: 10) { !self.isRunning }
  }

  /// The processes of it that are still there.
  var survivors: Int { descendants.count }
}

/// Asks again and again until it is so; false when the time is over.
func waitUntil(timeout: Double, _ condition: () -> Bool) -> Bool {
  let end = DispatchTime.now().uptimeNanoseconds + UInt64(timeout * 1e9)
  while !condition() {
    if DispatchTime.now().uptimeNanoseconds > end { return false }
    usleep(5000)
  }
  return true
}

/// What keeps a test from being run.
struct TestError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
