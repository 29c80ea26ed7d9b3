import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("The files of a run that is started again") struct RunDirectoryTests {
  private static let files = [
    "images/curves.png", "images/filters-step-00000010.png", "images/filters-step-00000020.png",
    "images/mine-step-by-step.png", "report.html", "report.html.17.partial",
    "tables/confusion-step-00000010.json", "tables/confusion-step-00000020.json",
  ]

  /// What of them there still is.
  private func left(resumedAt step: Int?) throws -> [String] {
    try withTemporaryFolder { path in
      for folder in ["images", "tables"] {
        try FileManager.default.createDirectory(
          atPath: path + "/" + folder, withIntermediateDirectories: true)
      }
      for file in Self.files { try Data().write(to: URL(fileURLWithPath: path + "/" + file)) }
      let lock = try RunDirectory(path: path).prepare(configuration: "", resumedAt: step)
      return withExtendedLifetime(lock) {
        Self.files.filter { FileManager.default.fileExists(atPath: path + "/" + $0) }
      }
    }
  }

  @Test("pictures and tables of steps after the checkpoint go")
  func resumed() throws {
    #expect(
      try left(resumedAt: 10) == [
        "images/curves.png", "images/filters-step-00000010.png", "images/mine-step-by-step.png",
        "tables/confusion-step-00000010.json",
      ])
  }

  @Test("from the beginning, all go that a run has made")
  func anew() throws {
    #expect(try left(resumedAt: nil) == ["images/mine-step-by-step.png"])
  }
}
