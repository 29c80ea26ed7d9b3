import Foundation
import Reporting

/// The digest, the command that makes a run again, and the run's files.
struct Reproduction {
  private let runs: [RunFolder]
  private let home: String

  init(_ runs: [RunFolder], _ home: String) { (self.runs, self.home) = (runs, home) }

  var parts: [HTML] {
    runs.enumerated().flatMap { place, run -> [HTML] in
      let parts = digest(run) + command(run, place) + started(run) + log(run) + files(run)
      return runs.count > 1 ? [.folded(run.name, parts)] : parts
    }
  }

  private func digest(_ run: RunFolder) -> [HTML] {
    guard let digest = run.digest else { return [] }
    return [
      .paragraph(
        "The same configuration, data and seed end in this digest of all parameters, on any number of ranks (on the "
          + "same type of CPU and the same OpenBLAS):"),
      .element("pre", ["tabindex": "0"], [.element("code", [:], digest)]),
    ]
  }

  private func command(_ run: RunFolder, _ place: Int) -> [HTML] {
    guard !run.yaml.isEmpty else { return [] }
    let ranks = run.environment.starts.last?["ranks"]?.intValue ?? 1
    let launcher = ranks > 1 ? "mpirun -n \(ranks) " : ""
    let again = Self.quoted(run.path + "-again")
    let program =
      run.environment.starts.last?["command"]?.arrayValue?.first?.stringValue ?? "swift-dist-train"
    let text =
      "\(launcher)\(Self.quoted(program)) train \(Self.quoted(run.path + "/config.yaml")) --run-dir \(again)"
    return [
      .paragraph("From the folder in which the run was started:"),
      .element("pre", ["tabindex": "0"], [.element("code", ["id": "command-\(place)"], text)]),
      .element("button", ["type": "button", "data-copy": "command-\(place)"], "Copy the command"),
    ]
  }

  private func started(_ run: RunFolder) -> [HTML] {
    let words = (run.environment.starts.first?["command"]?.arrayValue ?? []).compactMap(
      \.stringValue)
    guard !words.isEmpty else { return [] }
    let text = words.map(Self.quoted).joined(separator: " ")
    return [
      .paragraph("What each rank was first started as:"),
      .element("pre", ["tabindex": "0"], [.element("code", [:], text)]),
    ]
  }

  private func log(_ run: RunFolder) -> [HTML] {
    let lines = run.log.lines.suffix(40)
    guard !lines.isEmpty else { return [] }
    let text = lines.map { String($0.prefix(2000)) }.joined(separator: "\n")
    return [
      .folded(
        "The last lines of the log",
        [.element("pre", ["tabindex": "0"], [.element("code", [:], text)])])
    ]
  }

  private func files(_ run: RunFolder) -> [HTML] {
    guard !run.files.isEmpty else { return [] }
    let links = run.files.map { file in
      HTML.element(
        "li", [:], [RelativePath.link(to: run.path + "/" + file, from: home, text: file)])
    }
    return [
      .paragraph("Files, in \(run.path):"), .element("ul", [:], links),
    ]
  }

  /// A word of a POSIX shell.
  static func quoted(_ word: String) -> String {
    let plain = word.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "/._-=,:@%+".contains($0))
    }
    return plain && !word.isEmpty
      ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
