import Foundation
import TestSupport
import Testing

@testable import Reporting

@Suite("The page of watch")
struct WatchPageTests {
  /// A run directory as a run on two hosts leaves it.
  private func run(_ folder: String) throws -> WatchedRun {
    func write(_ text: String, _ name: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }
    try write(
      #"{"state":"running","name":"深\u001b[2J","ranks":2,"hosts":["n1","n2"],"stage":"rbm-2","stages":3,"#
        + #""epoch":3,"epochs":10,"step":1200,"steps":4690,"samples_per_second":45200,"eta_seconds":32,"#
        + #""activity":"evaluating","best":{"name":"error","value":1.5,"step":469}}"#,
      "progress.json")
    try write(
      (1...20).map {
        #"{"kind":"train","stage":"rbm-2","epoch":1,"step":\#($0),"reconstruction_error":\#(100 - $0)}"#
      }.joined(separator: "\n") + "\n"
        + #"{"kind":"evaluation","stage":"rbm-2","epoch":1,"step":20,"e\u001b[31mvil":2}"# + "\n",
      "metrics.jsonl")
    try write(
      "2026-11-21T21:00:00.123Z  hello \u{1B}[2J\n2026-11-21T21:00:01.123Z  warning: slow disk\n",
      "train.log")
    try FileManager.default.createDirectory(
      atPath: folder + "/images", withIntermediateDirectories: true)
    try write("", "images/filters-step-00000469.png")
    var run = try WatchedRun(path: folder)
    run.poll()
    return run
  }

  @Test("everything that is known of a run is on the page")
  func whole() throws {
    try withTemporaryFolder { folder in
      let text = WatchPage(run: try run(folder), width: 100).lines().map(\.text)
      let page = text.joined(separator: "\n").replacing(folder, with: "RUN")
      #expect(
        page == """
          深␛[2J  RUN
          running on 2 ranks of n1, n2
          stage rbm-2 of 3  epoch 3/10  step 1200/4690  45.2k samples/s  ETA 0m32s
          ▕███████████████▎                                            ▏ 25%
          evaluating …
          best error: 1.500 after step 469

          21:00:01  warning: slow disk

          train                                                                   last       least        most
            reconstruction_error  ███▇▇▆▆▆▅▅▄▄▃▃▃▂▂▁▁▁                           80.00       80.00       99.00
          evaluation                                                              last       least        most
            e␛[31mvil             ▅                                              2.000       2.000       2.000

          pictures
            RUN/images/filters-step-00000469.png

          train.log
            21:00:00  hello ␛[2J
            21:00:01  warning: slow disk
          """)
    }
  }

  @Test(
    "no window is too small, and none is overrun",
    arguments: [1, 2, 10, 20, 40, 72, 80, 200], [1, 2, 3, 5, 12, 24, 60])
  func sizes(width: Int, height: Int) throws {
    try withTemporaryFolder { folder in
      let run = try run(folder)
      for isUnicode in [true, false] {
        let page = WatchPage(
          run: run, width: width, height: height, isUnicode: isUnicode, isLive: true)
        let lines = page.lines()
        #expect(lines.count == height)
        #expect(lines.allSatisfy { DisplayWidth.of($0.text) <= width })
        #expect(isUnicode || lines.allSatisfy { $0.text.utf8.allSatisfy { $0 < 0x7F } })
        let scalars = lines.flatMap { $0.text.unicodeScalars }
        #expect(!scalars.contains { $0.properties.generalCategory == .control })
        #expect(
          height < 5 || width < 40 || lines.contains { $0.text.hasPrefix("running on 2 ranks") })
        #expect(height < 24 || width < 20 || lines.contains { $0.text.contains("reconst") })
      }
    }
  }

  @Test("a run that has just begun, or is long over, has a page")
  func sparse() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: URL(fileURLWithPath: folder + "/config.yaml"))
      var run = try WatchedRun(path: folder)
      run.poll()
      let lines = WatchPage(run: run, width: 80).lines().map(\.text)
      #expect(lines == [folder.prefix(80).description, "state unknown", "", "no metrics yet"])
      try Data("2026-11-21T21:00:00.123Z  digest: sha256:00\n".utf8).write(
        to: URL(fileURLWithPath: folder + "/train.log"))
      run.poll()
      #expect(run.condition == .finished)
    }
  }

  @Test("colours stand around a line and not in its width")
  func colors() {
    #expect(WatchPage.Line(text: "x").colored == "x")
    #expect(WatchPage.Line(text: "x", style: .alarm).colored == "\u{1B}[31mx\u{1B}[0m")
  }
}
