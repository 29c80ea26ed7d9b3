import Foundation

/// The files of a run's timeline: a part a rank, each a JSON array with an event a line, and `trace.json`, in
/// which they are joined.
public enum TraceFiles {
  /// The folder of the ranks' parts.
  public static func folder(of run: String) -> String { run + "/trace" }

  /// A rank's part.
  public static func part(of run: String, rank: Int) -> String {
    let digits = String(rank)
    return folder(of: run) + "/rank-" + String(repeating: "0", count: max(0, 4 - digits.count))
      + digits + ".json"
  }

  /// All parts in one.
  public static func joined(of run: String) -> String { run + "/trace.json" }

  /// The parts that are there, by rank.
  public static func parts(of run: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder(of: run))) ?? []
    let numbered = names.compactMap { name -> (Int, String)? in
      guard name.hasPrefix("rank-"), name.hasSuffix(".json") else { return nil }
      return Int(name.dropFirst(5).dropLast(5)).map { ($0, folder(of: run) + "/" + name) }
    }
    return numbered.sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// Writes `trace.json` of the parts that are there, whole or not at all. A part whose end is missing, since
  /// its rank was killed, is taken as far as it goes.
  /// - Returns: the number of events.
  /// - Throws: `FileError`; also where there are no parts.
  @discardableResult
  public static func join(_ run: String) throws(FileError) -> Int {
    let parts = parts(of: run)
    guard !parts.isEmpty else {
      throw FileError(
        path: folder(of: run), message: "holds no parts of a timeline; train with --trace")
    }
    let temporary = joined(of: run) + ".partial"
    unlink(temporary)
    var count = 0
    do {
      let file = try AppendFile(path: temporary, becoming: joined(of: run))
      try file.append("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[")
      for part in parts { try copy(part, to: file, &count) }
      try file.append("]}")
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, joined(of: run)) == 0 else {
      throw FileError(path: joined(of: run), errno: errno)
    }
    return count
  }

  /// Joins the parts where that has not been done, or where a part has been written since: the run was under way,
  /// or was told to stop.
  public static func joinNewer(_ run: String) throws(FileError) {
    let joined = written(joined(of: run))
    guard let joined else { return _ = try join(run) }
    if parts(of: run).contains(where: { written($0).map { $0 > joined } ?? false }) {
      try join(run)
    }
  }

  private static func written(_ path: String) -> Date? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
  }

  /// Bytes of the timeline, joined or in parts, whichever is more.
  public static func bytes(of run: String) -> Int {
    func size(_ path: String) -> Int {
      let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber
      return size?.intValue ?? 0
    }
    return max(size(joined(of: run)), parts(of: run).reduce(0) { $0 + size($1) })
  }

  private static func copy(
    _ part: String, to file: borrowing AppendFile, _ count: inout Int
  ) throws(FileError) {
    var lines = try LineReader(path: part)
    var piece: [UInt8] = []
    while let line = lines.next() {
      guard let event = TraceEvent.whole(line.bytes) else { continue }
      // What a killed rank wrote last may be a part of an event.
      if line.isTorn, TraceEvent(line: line.bytes) == nil { continue }
      piece += (count > 0 ? [UInt8(ascii: ",")] : []) + event + [UInt8(ascii: "\n")]
      count += 1
      if piece.count > 1 << 20 { try flush(&piece, to: file) }
    }
    try flush(&piece, to: file)
  }

  private static func flush(
    _ piece: inout [UInt8], to file: borrowing AppendFile
  ) throws(FileError) {
    guard !piece.isEmpty else { return }
    piece.removeLast()
    try file.append(String(decoding: piece, as: UTF8.self))
    piece.removeAll(keepingCapacity: true)
  }
}
