import Foundation

/// A process of its own process group: a launcher, or a command on a host.
final class ChildProcess {
  /// Its number, and that of its group. As long as this object lives it is given to no other process, even
  /// after the end: the process is reaped with this object, not before.
  let pid: pid_t
  private var end: ProcessEnd?

  /// Starts a program, looked up in PATH unless its name has a slash (`posix_spawnp`). Standard input is
  /// empty.
  /// - Parameters:
  ///   - variables: set besides those of this process.
  ///   - isSilent: whether what it says goes nowhere.
  /// - Throws: `LaunchError` when it cannot be started.
  init(_ words: [String], variables: [String: String] = [:], isSilent: Bool = false) throws {
    let environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    pid = try withSpawnAttributes(isSilent: isSilent) { attributes, actions in
      let arguments = words.map { strdup($0) } + [nil]
      let entries = environment.map { strdup("\($0)=\($1)") } + [nil]
      defer { for text in arguments + entries { free(text) } }
      var pid: pid_t = 0
      let code = posix_spawnp(&pid, words[0], actions, attributes, arguments, entries)
      guard code == 0 else {
        throw LaunchError(
          "cannot start \(words[0]): \(String(cString: strerror(code))); install it, or give its path"
        )
      }
      return pid
    }
  }

  deinit {
    var status: Int32 = 0
    waitpid(pid, &status, WNOHANG)
  }

  /// How it ended; nil as long as it runs (`waitid` with WNOWAIT, which does not reap).
  func poll() -> ProcessEnd? {
    guard end == nil else { return end }
    var found = siginfo_t()
    let how = WEXITED | WNOHANG | WNOWAIT
    guard waitid(P_PID, id_t(pid), &found, how) == 0, found.si_signo == SIGCHLD else { return nil }
    let status = found._sifields._sigchld.si_status
    end = found.si_code == Int32(CLD_EXITED) ? .exited(status) : .signalled(status)
    return end
  }

  /// Waits for the end, but at most so many seconds.
  func wait(seconds: Double) -> ProcessEnd? {
    let limit = Clock.now + seconds
    while poll() == nil, Clock.now < limit { usleep(20_000) }
    return poll()
  }

  /// Sends it a signal.
  func signal(_ number: Int32) {
    if poll() == nil { kill(pid, number) }
  }

  /// Ends it and its process group: SIGTERM, and SIGKILL after so many seconds, also for what is left of the
  /// group after its own end.
  func terminate(patience: Double) -> ProcessEnd {
    if poll() == nil { kill(-pid, SIGTERM) }
    // A process that is stopped takes its signals when it goes on.
    if poll() == nil { kill(-pid, SIGCONT) }
    _ = wait(seconds: patience)
    kill(-pid, SIGKILL)
    // Nothing that was killed stays for long, unless its disk does not answer.
    return wait(seconds: 10) ?? .signalled(SIGKILL)
  }
}

/// Seconds of a clock that nobody sets.
enum Clock {
  static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
}

/// Attributes of a process that leads a group of its own and blocks no signal, as this one may.
private func withSpawnAttributes<T>(
  isSilent: Bool,
  _ body: (UnsafePointer<posix_spawnattr_t>, UnsafePointer<posix_spawn_file_actions_t>) throws -> T
) rethrows -> T {
  var attributes = posix_spawnattr_t()
  var actions = posix_spawn_file_actions_t()
  posix_spawnattr_init(&attributes)
  posix_spawn_file_actions_init(&actions)
  defer {
    posix_spawnattr_destroy(&attributes)
    posix_spawn_file_actions_destroy(&actions)
  }
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setpgroup(&attributes, 0)
  posix_spawnattr_setflags(
    &attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK))
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  for stream in isSilent ? [Int32(1), 2] : [] {
    posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0)
  }
  return try body(&attributes, &actions)
}
