import Foundation
import Report
import Reporting
import Yams

/// `report.html` of runs of this program.
public enum RunReport {
  /// Writes the page of one run or of several.
  /// - Parameters:
  ///   - runs: run directories, or folders of sweeps.
  ///   - output: the file; nil is `report.html` in the only folder that is named, else in the working directory.
  /// - Returns: the path of the file.
  /// - Throws: `UsageError` where a run or the output's folder is missing; `ReportError` where the page cannot be
  ///   written.
  public static func write(_ runs: [String], to output: String? = nil) throws -> String {
    let found: [String]
    do throws(ReportError) {
      var all: [String] = []
      for run in runs {
        for one in try ReportWriter.runs(at: run) where !all.contains(one) { all.append(one) }
      }
      found = all
    } catch {
      throw UsageError(error.description)
    }
    let place = runs.count == 1 ? (runs[0].hasSuffix("/") ? runs[0] : runs[0] + "/") : ""
    let output = output ?? place + "report.html"
    try check(output)
    // Where that cannot be, the page goes without. The timeline of a run under way is not whole.
    for run in found where !RunLock.isHeld(run) && TraceFiles.bytes(of: run) <= RunFolder.mostTrace
    {
      try? TraceFiles.joinNewer(run)
    }
    try ReportWriter(.ofThisProgram).write(found, to: output)
    return output
  }

  private static func check(_ output: String) throws {
    // The page takes the place of what is there, which must not be a device.
    var status = stat()
    if stat(output, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw UsageError(
        "cannot write \(output): it is no file but a folder or a device; name a file with --output")
    }
    // Nor checkpoints, metrics, or whatever else one may have named by mistake.
    let head = (try? FileHandle(forReadingAtPath: output)?.read(upToCount: 15)) ?? Data()
    guard head.isEmpty || head == Data("<!DOCTYPE html>".utf8) else {
      throw UsageError(
        "cannot write \(output): it is there already and is no page; name another file with --output"
      )
    }
    guard access(folder(of: output), W_OK) == 0 else {
      throw UsageError(
        "cannot write \(output): its folder is missing or not yours to write in; name a file with --output"
      )
    }
  }
}

extension RunFolder.Knowledge {
  /// How this program reads configurations, and knows of runs under way.
  static var ofThisProgram: Self { ofThisProgram(isRunning: RunLock.isHeld) }

  /// The same, of a run whose state is known.
  static func ofThisProgram(isRunning: @escaping @Sendable (String) -> Bool) -> Self {
    .init(settings: settings, isRunning: isRunning)
  }

  /// All settings in the order of the file, with the defaults of those that have one.
  @Sendable private static func settings(_ yaml: String) -> [RunFolder.Setting]? {
    guard let configuration = try? RunConfiguration(text: yaml, file: "config.yaml"),
      let node = try? ConfigurationDocument(text: yaml, file: "config.yaml").node
    else { return nil }
    return leaves(node).map { key, value in
      // That of the name is the file's, which is config.yaml here.
      let standard = key == "name" ? nil : configuration.standards[key]
      // 2.0e-4 is 0.0002.
      let isSame = Double(value) != nil && Double(value) == standard.flatMap { Double($0) }
      return .init(key: key, value: value, standard: isSame ? value : standard)
    }
  }

  private static func leaves(_ node: Node, _ path: String = "") -> [(key: String, value: String)] {
    if let mapping = node.mapping {
      return mapping.flatMap { key, value in
        let name = key.scalar?.string ?? "?"
        return leaves(value, path.isEmpty ? name : "\(path).\(name)")
      }
    }
    return [(path, text(node))]
  }

  private static func text(_ node: Node) -> String {
    if let items = node.sequence { return "[" + items.map(text).joined(separator: ", ") + "]" }
    if let mapping = node.mapping {
      return "{" + mapping.map { "\(text($0)): \(text($1))" }.joined(separator: ", ") + "}"
    }
    return node.scalar?.string ?? ""
  }
}
