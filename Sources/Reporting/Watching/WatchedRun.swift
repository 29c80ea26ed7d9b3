import Foundation

/// A run that somebody watches from its files alone: it may work on another host, over a shared file system.
public struct WatchedRun {
  let path: String
  private(set) var metrics: MetricsFollower
  /// What progress.json says.
  private(set) var progress = JSONValue.null
  private(set) var condition = RunCondition.unknown
  /// Seconds since the last sign of life.
  private(set) var age: Double?
  /// The last lines of train.log.
  private(set) var log: [String] = []
  /// The last warnings and errors in the last part of train.log.
  private(set) var warnings: [String] = []
  /// The names of the last pictures, the newest step first.
  private(set) var pictures: [String] = []
  private var pulse = FilePulse()

  /// The files that tell of a run.
  private static let files = ["progress.json", "metrics.jsonl", "train.log", "started"]

  /// - Parameter path: a run directory.
  /// - Throws: `FileError` where there is none.
  public init(path: String) throws(FileError) {
    var isDirectory = ObjCBool(false)
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    let isRun = (Self.files + ["config.yaml"]).contains { access(path + "/" + $0, F_OK) == 0 }
    guard exists, isDirectory.boolValue, isRun else {
      let reason = !exists ? "there is nothing of that name" : "it is no run directory"
      throw FileError(
        path: path, message: "\(reason); name the folder of a run, such as runs/rbm-mnist")
    }
    self.path = path
    metrics = MetricsFollower(path: path + "/metrics.jsonl")
  }

  /// Looks at all files again.
  mutating func poll(now: Double = Date().timeIntervalSince1970) {
    metrics.poll()
    progress = json("progress.json") ?? .null
    let lines = tail("train.log")
    log = Array(lines.suffix(40))
    warnings = lines.filter { $0.contains("  warning: ") || $0.contains("  error: ") }.suffix(3)
    pictures = Self.newest(
      (try? FileManager.default.contentsOfDirectory(atPath: path + "/images")) ?? [])
    age = pulse.age(Self.files.map { path + "/" + $0 }, now: now)
    condition = RunCondition(evidence(lines))
  }

  private func evidence(_ lines: [String]) -> RunCondition.Evidence {
    let failure = json("failure.json")
    let stop = FileManager.default.contents(atPath: path + "/stopped")
    return RunCondition.Evidence(
      state: progress["state"]?.stringValue, reason: progress["reason"]?.stringValue,
      failure: failure.map { $0["reason"]?.stringValue ?? "see failure.json" },
      stop: stop.map {
        String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      },
      hasDigest: lines.suffix(10).contains { $0.contains("  digest: ") }, age: age)
  }

  private func json(_ name: String) -> JSONValue? {
    FileManager.default.contents(atPath: path + "/" + name).flatMap {
      try? JSONValue(parsing: String(decoding: $0, as: UTF8.self))
    }
  }

  /// The whole lines in the last 64 KiB.
  private func tail(_ name: String) -> [String] {
    guard let file = FileHandle(forReadingAtPath: path + "/" + name) else { return [] }
    defer { try? file.close() }
    let size = (try? file.seekToEnd()) ?? 0
    let start = size > 65536 ? size - 65536 : 0
    try? file.seek(toOffset: start)
    let bytes = (try? file.read(upToCount: 65536)) ?? Data()
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map {
      String(decoding: $0, as: UTF8.self)
    }
    return Array(lines.dropFirst(start > 0 ? 1 : 0))
  }

  /// Pictures by step, the newest first; `<name>-step-00001234.png`.
  static func newest(_ names: [String]) -> [String] {
    let found = names.compactMap { name -> (step: Substring, name: String)? in
      guard name.hasSuffix(".png"), let mark = name.range(of: "-step-", options: .backwards) else {
        return nil
      }
      return (name[mark.upperBound...].dropLast(4), name)
    }
    return found.sorted { ($1.step, $0.name) < ($0.step, $1.name) }.prefix(8).map(\.name)
  }
}

/// How long ago any of some files changed. The clocks of two hosts need not agree: once a change has been seen,
/// the time since then counts, where that is less.
struct FilePulse {
  private var times: [Double] = []
  private var seen: Double?

  /// Seconds; nil without files.
  mutating func age(_ paths: [String], now: Double) -> Double? {
    let found = paths.map { Self.changed($0) ?? 0 }
    guard let newest = found.max(), newest > 0 else { return nil }
    if !times.isEmpty, times != found { seen = now }
    // What was changed in the future was changed on a host whose clock is ahead.
    if times.isEmpty, newest > now { seen = now }
    times = found
    return max(
      0, min(now - newest < 0 ? .infinity : now - newest, seen.map { now - $0 } ?? .infinity))
  }

  /// Seconds since 1970. C: `stat(2)`.
  private static func changed(_ path: String) -> Double? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
