import Foundation

/// A report that cannot be made: one line.
public struct ReportError: Error, CustomStringConvertible, Sendable, Equatable {
  /// What was read or written, what is wrong, and what to do.
  public let description: String
}

/// Makes `report.html` of run directories: one file that needs nothing else.
public struct ReportWriter: Sendable {
  private let knowledge: RunFolder.Knowledge
  /// What the PNG files of a page may take together, in bytes; more are thinned evenly.
  public var pictureBytes = 20_000_000

  /// A writer.
  /// - Parameter knowledge: what files alone do not say.
  public init(_ knowledge: RunFolder.Knowledge) { self.knowledge = knowledge }

  /// The run directories that a name stands for: itself, or, of the folder of a sweep, those in it.
  /// - Throws: `ReportError` where there is none.
  public static func runs(at path: String) throws(ReportError) -> [String] {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    if RunFolder.isRun(path) { return [path] }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else {
      throw ReportError(
        description: "\(path) is no folder; name a run directory, such as runs/quickstart")
    }
    let inside = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let runs = inside.sorted(by: comesBefore)
      .map { path + "/" + $0 }.filter(RunFolder.isRun)
    guard !runs.isEmpty else {
      throw ReportError(
        description:
          "\(path) holds no run: neither it nor a folder in it has a config.yaml or a metrics.jsonl; "
          + "name a run directory, such as runs/quickstart, or the folder of a sweep")
    }
    return runs
  }

  /// Names such as `hidden-10` by their numbers, others as people sort them.
  static func comesBefore(_ one: String, _ other: String) -> Bool {
    let parts = [one, other].map { name in
      let value = name.split(separator: "-", maxSplits: 1).last ?? ""
      return (stem: name.dropLast(value.count), number: Double(value))
    }
    if parts[0].stem == parts[1].stem, let a = parts[0].number, let b = parts[1].number, a != b {
      return a < b
    }
    return one.compare(other, options: .numeric) == .orderedAscending
  }

  /// Writes the page of one run or of several.
  /// - Parameters:
  ///   - runs: run directories.
  ///   - output: the file, which is replaced as a whole or not at all.
  /// - Throws: `ReportError` where it cannot be written.
  public func write(_ runs: [String], to output: String) throws(ReportError) {
    let share = pictureBytes / max(runs.count, 1)
    let folders = Self.distinct(runs.map { RunFolder($0, knowledge, pictureBytes: share) })
    let home = Self.folder(of: output)
    let nonce = (0..<4).map { _ in String(UInt32.random(in: 0 ... .max), radix: 36) }.joined()
    let page = ReportPage(
      runs: folders, home: home, time: Date().timeIntervalSince1970, nonce: nonce)
    try Self.replace(output, with: Array(page.source.utf8))
  }

  /// Runs of one name go by their folders, or by their paths where those are alike, too.
  private static func distinct(_ runs: [RunFolder]) -> [RunFolder] {
    let names = Dictionary(grouping: runs, by: \.name)
    let folders = Dictionary(grouping: runs) { last($0.path) }
    return runs.map { run in
      guard names[run.name]!.count > 1 else { return run }
      var run = run
      run.name = folders[last(run.path)]!.count > 1 ? run.path : last(run.path)
      return run
    }
  }

  private static func last(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Under another name first. C: `rename(2)`.
  private static func replace(_ path: String, with bytes: [UInt8]) throws(ReportError) {
    let temporary = "\(path).\(getpid()).partial"
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: temporary))
      guard rename(temporary, path) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    } catch {
      let reason =
        (error as? POSIXError).map { String(cString: strerror($0.code.rawValue)) }
        ?? (error as NSError).localizedDescription
      unlink(temporary)
      throw ReportError(
        description:
          "cannot write \(path): \(reason); make room, or name another file with --output")
    }
  }
}
