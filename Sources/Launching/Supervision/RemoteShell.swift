import Foundation

/// How commands are started on other hosts: `ssh`, or a program with its arguments.
public struct RemoteShell: Sendable, Equatable {
  /// The words before the host's name.
  public var words: [String]

  /// `ssh` that never asks anything.
  public static func ssh(timeout: Double) -> RemoteShell {
    RemoteShell(words: [
      "ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=\(max(1, Int(timeout)))",
    ])
  }

  /// A program of one's own: `PROGRAM HOST WORD…` runs the words in a shell on the host.
  public init(words: [String]) { self.words = words }

  /// Runs a line of shell on several hosts at the same time, each bounded in time. The host that this runs
  /// on needs no remote shell.
  /// - Returns: the hosts on which it ended with 0 in time.
  func run(_ line: String, on hosts: [String], seconds: Double) -> Set<String> {
    let children = hosts.map { host in
      let command = Self.isHere(host) ? ["/bin/sh", "-c", line] : words + [host, line]
      return (host, try? ChildProcess(command, isSilent: true))
    }
    let limit = Clock.now + seconds
    let done = children.filter { _, child in
      child?.wait(seconds: max(0, limit - Clock.now)) == .exited(0)
    }
    for case (_, let child?) in children where child.poll() == nil {
      _ = child.terminate(patience: 0)
    }
    return Set(done.map(\.0))
  }

  /// The hosts that answer.
  func answering(_ hosts: [String], seconds: Double) -> Set<String> {
    run("true", on: hosts, seconds: seconds)
  }

  /// Whether a name is this host's (`gethostname`), whole or up to the first dot.
  static func isHere(_ host: String) -> Bool {
    var bytes = [CChar](repeating: 0, count: 256)
    guard host != "localhost", gethostname(&bytes, bytes.count - 1) == 0 else { return true }
    let name = String(
      decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    func short(_ name: String) -> Substring { name.prefix { $0 != "." } }
    return host == name || short(host) == short(name)
  }
}
