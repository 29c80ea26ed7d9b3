import Foundation
import Reporting
import Testing

/// What a person at a terminal sees.
extension CommandLineTests {
  @Suite("Terminals")
  struct TerminalTests {
    private let trial: Trial
    /// Many epochs: nobody waits for the end.
    private let train: String

    init() throws {
      trial = try Trial()
      train =
        "\(Tmux.quoted(Program.path)) train run.yaml --run-dir run --epochs 1000000 "
        + "--set evaluation.every_epochs=5000 --set checkpoint.every_steps=20000"
    }

    private static let launcher = ProcessInfo.processInfo.environment["SDT_MPIRUN"] ?? "mpirun"

    /// The line that is redrawn; in narrow windows it has the loss alone. Evaluations name more, and are wrapped.
    private func isBar(_ row: String) -> Bool {
      row.hasPrefix("epoch ") && row.contains("/1000000")
        || row.hasPrefix("reconstruction_error ") && !row.contains("free") && row.count < 32
    }

    @Test("a bar, by one process and through mpirun", arguments: [1, 2], [40, 80, 200])
    func bar(ranks: Int, width: Int) throws {
      guard try Tmux.isThere() else { return }
      let prefix = ranks > 1 ? "\(Self.launcher) -n \(ranks) " : ""
      let tmux = try Tmux(
        prefix + train, in: trial.path, width: width, environment: ["LC_ALL": "C.UTF-8"])
      try tmux.wait("an evaluation above the bar") { rows in
        rows.joined().contains("evaluation after epoch") && endsWithBar(rows)
      }
      // Both ways, and while it draws: one bar, and nothing of another width.
      for next in [width / 2, width, width * 2, 33, width] {
        try tmux.resize(width: next)
        let rows = try tmux.wait("a bar in \(next) columns", timeout: 20) { rows in
          endsWithBar(rows) && (next < 33 || isBar(rows.last { !$0.isEmpty } ?? ""))
        }
        let bars = rows.filter(isBar)
        #expect(bars.count == 1 || next < 33, "\(next): \(rows.joined(separator: "\n"))")
      }
    }

    private func endsWithBar(_ rows: [String]) -> Bool {
      rows.last { !$0.isEmpty }.map { isBar($0) || $0.hasPrefix("reconstruct") } ?? false
    }

    @Test("no escape sequences where they are not wanted", arguments: ["NO_COLOR=1", "TERM=dumb"])
    func plain(setting: String) throws {
      guard try Tmux.isThere() else { return }
      let words = setting.split(separator: "=").map(String.init)
      let tmux = try Tmux(
        train, in: trial.path, width: 160, environment: [words[0]: words[1]])
      let rows = try tmux.wait("plain lines") { rows in
        rows.count { $0.hasPrefix("epoch ") && $0.contains("samples/s") } > 2
      }
      #expect(!rows.contains { $0.contains("▕") || $0.contains("[=") })
    }

    @Test("labels of mpirun stay whole: plain lines")
    func labelled() throws {
      guard try Tmux.isThere() else { return }
      let tmux = try Tmux(
        "\(Self.launcher) --tag-output -n 2 \(train)", in: trial.path, width: 160)
      let rows = try tmux.wait("plain lines with labels") { rows in
        rows.count { $0.hasPrefix("[") && $0.contains("epoch ") } > 2
      }
      #expect(!rows.contains { $0.contains("▕") || $0.contains("[==") })
    }

    @Test(
      "watch follows a run, in any window, and leaves the terminal as it was",
      arguments: ["q", "C-c", "TERM"])
    func watch(end: String) throws {
      guard try Tmux.isThere() else { return }
      let run = try Tmux(train, in: trial.path)
      try run.wait("an evaluation") { $0.contains { $0.hasPrefix("evaluation after epoch") } }
      let command = "\(Tmux.quoted(Program.path)) watch run --interval 0.2"
      let watch = try Tmux(
        "echo before; echo $$ >pid; exec " + command, in: trial.path, width: 100, height: 30,
        environment: ["LC_ALL": "C.UTF-8"])
      let seen = try watch.wait("the run") { rows in
        rows.contains("running on 1 rank of \(hostName)")
          && rows.contains { $0.contains("log_likelihood") }
      }
      #expect(!seen.contains("before") && seen.contains("q ends"))
      let before = seen.first { $0.contains("  step ") }
      try watch.wait("another step") { $0.first { $0.contains("  step ") } != before }
      for (width, height) in [(40, 10), (20, 5), (200, 40)] {
        try watch.resize(width: width, height: height)
        // tmux keeps the lowest rows until the page is drawn anew.
        try watch.wait("a page of \(height) rows", timeout: 20) { rows in
          rows.lastIndex(of: "q ends") == height - 1
            && rows.contains { $0.hasPrefix("running on 1 rank") }
        }
      }
      if end == "TERM" {
        #expect(kill(try #require(Int32(trial.scratch.text("pid").dropLast())), SIGTERM) == 0)
      } else {
        try watch.send(end)
      }
      let status = end == "TERM" ? "[143]" : "[0]"
      try watch.wait("the screen as it was, and \(status)") {
        $0.contains("before") && $0.contains(status)
      }
      #expect(try watch.call(["display-message", "-p", "#{alternate_on}#{cursor_flag}"]) == "01\n")
      // What is typed is shown again, and read line by line.
      try watch.send("xyz")
      try watch.wait("what is typed") { $0.contains("xyz") }
    }

    /// As the run says it.
    private var hostName: String {
      let text = trial.scratch.text("run/progress.json")
      let json = try? JSONValue(parsing: text)
      return json?["hosts"]?.arrayValue?.first?.stringValue ?? "?"
    }
  }
}
