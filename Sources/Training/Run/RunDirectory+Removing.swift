import Foundation

/// What goes when a run is started again.
extension RunDirectory {
  /// Removes pictures and tables of later steps, which happen again; without a step all of them, and the curves.
  func removePictures(after step: Int?) {
    for (folder, ending) in [(images, ".png"), (tables, ".json")] {
      for name in names(in: folder) where name.hasSuffix(ending) {
        let isOld = step == nil && folder == images && name.hasPrefix("curves")
        let isLate = Self.step(of: name, ending: ending).map { $0 > step ?? -1 } ?? false
        if isOld || isLate { unlink(folder + "/" + name) }
      }
    }
  }

  /// Removes the page, and what was written of it by starts that ended before it was complete.
  func removeReport() {
    unlink(report)
    for name in names(in: path) where name.hasPrefix("report.html.") && name.hasSuffix(".partial") {
      unlink(path + "/" + name)
    }
  }

  private func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  /// The step in a name such as `filters-step-00000720.png`.
  private static func step(of name: String, ending: String) -> Int? {
    name.dropLast(ending.count).range(of: "-step-", options: .backwards).flatMap {
      Int(name.dropLast(ending.count)[$0.upperBound...])
    }
  }
}
