import Foundation

/// The names of event files. TensorBoard reads files with `tfevents` in their names, in the order of
/// their names.
public enum EventFiles {
  private static let prefix = "events.out.tfevents."
  /// The suffix of the file that holds nothing but the end of a session.
  static let end = "end"

  /// Such as `events.out.tfevents.1763760104.node7.4711.0`: unix seconds, host, process, and a number.
  static func name(time: Double, suffix: String) -> String {
    var host = [CChar](repeating: 0, count: 256)
    gethostname(&host, host.count - 1)
    let bytes = host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let name = String(decoding: bytes, as: UTF8.self).replacing("/", with: "_")
    let seconds = String(Int(time))
    let digits = String(repeating: "0", count: max(0, 10 - seconds.count)) + seconds
    return "\(prefix)\(digits).\(name).\(getpid()).\(suffix)"
  }

  /// The first second after those in the names of a folder's files: a run that goes on within the second in which
  /// it ended, or on a host whose clock is behind, comes after its past all the same.
  static func nextTime(in folder: String) -> Double {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let times = names.filter { $0.hasPrefix(prefix) }.compactMap { name in
      Double(name.dropFirst(prefix.count).prefix { $0.isNumber })
    }
    return times.max().map { min($0, 9e9) + 1 } ?? 0
  }

  /// Removes the files of a run that begins anew.
  public static func removeAll(in folder: String) { remove(in: folder) { _ in true } }

  /// Removes what says that a run has ended, as it goes on.
  public static func removeEnds(in folder: String) {
    remove(in: folder) { $0.hasSuffix("." + end) }
  }

  private static func remove(in folder: String, where isMeant: (String) -> Bool) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(prefix) && isMeant(name) {
      unlink(folder + "/" + name)
    }
  }
}
