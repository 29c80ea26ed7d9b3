import Foundation

/// The memory of a rank's host, and what limits the rank.
public struct MemoryFacts: Codable, Sendable {
  /// Bytes that processes can still have (`MemAvailable`, or less by the control group's limit).
  public var available: Int
  /// Free bytes of /dev/shm; nil where there is none.
  public var shared: Int?
  /// Open files that the process may have (`RLIMIT_NOFILE`).
  public var files: Int
  /// The largest file that it may write (`RLIMIT_FSIZE`); nil without a limit.
  public var fileSize: Int?
  /// The address space that it may have (`RLIMIT_AS`); nil without a limit.
  public var addressSpace: Int?
  /// The memory that it may lock (`RLIMIT_MEMLOCK`); nil without a limit.
  public var locked: Int?
  /// Whether the host has an InfiniBand or similar adapter.
  public var hasFastNetwork: Bool

  /// Facts.
  public init(
    available: Int, shared: Int?, files: Int = 1024, fileSize: Int? = nil,
    addressSpace: Int? = nil, locked: Int? = nil, hasFastNetwork: Bool = false
  ) {
    (self.available, self.shared, self.files, self.fileSize) = (available, shared, files, fileSize)
    (self.addressSpace, self.locked, self.hasFastNetwork) = (addressSpace, locked, hasFastNetwork)
  }

  init() {
    available = min(Self.free, Self.groupLimit ?? .max)
    shared = FileSystem(of: "/dev/shm")?.free
    let limits = text(of: "/proc/self/limits")
    files = Self.limit("Max open files", limits) ?? .max
    fileSize = Self.limit("Max file size", limits)
    addressSpace = Self.limit("Max address space", limits)
    locked = Self.limit("Max locked memory", limits)
    let adapters = try? FileManager.default.contentsOfDirectory(atPath: "/sys/class/infiniband")
    hasFastNetwork = !(adapters ?? []).isEmpty
  }

  private static var free: Int {
    let line = text(of: "/proc/meminfo").split(separator: "\n").first {
      $0.hasPrefix("MemAvailable:")
    }
    let words = line?.split(separator: " ") ?? []
    return words.count > 1 ? (Int(words[1]) ?? 0) << 10 : .max
  }

  /// What the control group's limit leaves, versions 2 and 1.
  private static var groupLimit: Int? {
    func number(_ path: String) -> Int? {
      Int(text(of: path).trimmingCharacters(in: .whitespacesAndNewlines))
    }
    var left: [Int] = []
    for line in text(of: "/proc/self/cgroup").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[1].isEmpty || parts[1] == "memory" else { continue }
      let names =
        parts[1].isEmpty
        ? ("", "memory.max", "memory.current")
        : ("/memory", "memory.limit_in_bytes", "memory.usage_in_bytes")
      let folder = "/sys/fs/cgroup\(names.0)\(parts[2])/"
      guard let limit = number(folder + names.1), let used = number(folder + names.2) else {
        continue
      }
      left.append(max(0, limit - used))
    }
    return left.min()
  }

  /// The soft limit of a line of /proc/self/limits; nil where there is none.
  private static func limit(_ name: String, _ limits: String) -> Int? {
    let line = limits.split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
  }
}
