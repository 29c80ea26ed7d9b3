import Foundation

/// The cores that a rank may use.
public struct CoreFacts: Codable, Sendable {
  /// The logical CPUs, rising (`sched_getaffinity`).
  public var allowed: [Int]
  /// The core of each, which two hardware threads may share; by the number of its first thread.
  public var cores: [Int]
  /// How many cores' time the control group gives; nil without a limit (`cpu.max`).
  public var quota: Double?

  /// Facts.
  public init(allowed: [Int], cores: [Int]? = nil, quota: Double? = nil) {
    (self.allowed, self.cores, self.quota) = (allowed, cores ?? allowed, quota)
  }

  init() {
    // The kernel's own words for the mask, such as 0-3,8.
    let line = text(of: "/proc/self/status").split(separator: "\n")
      .first { $0.hasPrefix("Cpus_allowed_list:") }
    allowed = numbers(of: line?.split(separator: "\t").last.map(String.init) ?? "0")
    cores = allowed.map { cpu in
      let path = "/sys/devices/system/cpu/cpu\(cpu)/topology/thread_siblings_list"
      return numbers(of: text(of: path)).first ?? cpu
    }
    quota = Self.quota()
  }

  /// The smallest limit of this process's control group and those above it, versions 2 and 1.
  private static func quota() -> Double? {
    var limits: [Double] = []
    for line in text(of: "/proc/self/cgroup").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isUnified = parts[1].isEmpty
      guard isUnified || parts[1].split(separator: ",").contains("cpu") else { continue }
      var path = String(parts[2])
      while true {
        let root = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/\(parts[1])"
        limits += isUnified ? limit2(root + path) : limit1(root + path)
        guard path.count > 1 else { break }
        path = "/" + path.split(separator: "/").dropLast().joined(separator: "/")
      }
    }
    return limits.min()
  }

  private static func limit2(_ folder: String) -> [Double] {
    let words = text(of: folder + "/cpu.max").split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let time = Double(words[0]), let period = Double(words[1]) else {
      return []
    }
    return [time / period]
  }

  private static func limit1(_ folder: String) -> [Double] {
    func number(_ name: String) -> Double? {
      Double(text(of: folder + "/" + name).trimmingCharacters(in: .whitespacesAndNewlines))
    }
    guard let time = number("cpu.cfs_quota_us"), time > 0, let period = number("cpu.cfs_period_us")
    else { return [] }
    return [time / period]
  }
}

/// The numbers of a list of the kernel, such as `0-3,8`.
func numbers(of list: String) -> [Int] {
  list.split(whereSeparator: { $0 == "," || $0.isWhitespace }).flatMap { part -> [Int] in
    let ends = part.split(separator: "-").compactMap { Int($0) }
    guard let first = ends.first, let last = ends.last, first <= last else { return [] }
    return Array(first...last)
  }
}
