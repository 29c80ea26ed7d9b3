import Foundation

/// Files of a run that are named by what they show and the update they were made after:
/// `<name>-step-00001234.<extension>`.
struct StepFiles: Sendable {
  /// One file.
  struct File: Sendable {
    let path: String
    let step: Int
    /// Bytes.
    let size: Int
  }

  /// What is shown.
  let name: String
  /// By their steps.
  var files: [File]

  /// The files of a folder by name; none where there is no folder.
  static func all(in folder: String, extension ending: String) -> [StepFiles] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var found: [String: [File]] = [:]
    for file in names.sorted() where file.hasSuffix("." + ending) {
      let stem = file.dropLast(ending.count + 1)
      guard let mark = stem.range(of: "-step-", options: .backwards),
        let step = Int(stem[mark.upperBound...]), step >= 0
      else { continue }
      let path = folder + "/" + file
      let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
      found[String(stem[..<mark.lowerBound]), default: []].append(
        File(path: path, step: step, size: size ?? 0))
    }
    return found.keys.sorted().map { name in
      StepFiles(name: name, files: found[name]!.sorted { $0.step < $1.step })
    }
  }

  /// At most so many files: evenly spaced, the last among them.
  func thinned(to count: Int) -> StepFiles {
    guard files.count > count else { return self }
    guard count > 1 else { return StepFiles(name: name, files: Array(files.suffix(count))) }
    let places = (0..<count).map { $0 * (files.count - 1) / (count - 1) }
    return StepFiles(name: name, files: places.map { files[$0] })
  }

  /// Thins all kinds alike until they fit: of each kind as many files as leave the sum within `bytes`, and the last of
  /// each in any case, unless even those do not fit.
  static func thinned(_ kinds: [StepFiles], bytes: Int) -> [StepFiles] {
    func total(_ kinds: [StepFiles]) -> Int {
      kinds.reduce(0) { sum, kind in kind.files.reduce(sum) { $0 + $1.size } }
    }
    var (count, result) = (kinds.map(\.files.count).max() ?? 0, kinds)
    while total(result) > bytes, count > 0 {
      count = count > 16 ? count * 3 / 4 : count - 1
      result = kinds.map { $0.thinned(to: count) }
    }
    return result.filter { !$0.files.isEmpty }
  }
}
