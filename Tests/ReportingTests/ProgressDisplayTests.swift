import Foundation
import Testing

@testable import Reporting

@Suite("Progress display")
struct ProgressDisplayTests {
  /// A display whose clock and window are set by the test, and whose output is kept.
  private struct Screen {
    let time = Shared(0.0)
    let width = Shared(80)
    let text = Shared("")

    let isReady = Shared(true)

    /// The last bar, and how many there were.
    var bar: Substring {
      let parts = text.value.components(separatedBy: ProgressDisplayTests.before)
      return (parts.last ?? "").components(separatedBy: ProgressDisplayTests.after).first.map {
        $0[...]
      } ?? ""
    }
    var drawings: Int { text.value.components(separatedBy: ProgressDisplayTests.before).count - 1 }

    func progress(_ mode: ProgressDisplay.Mode, isUnicode: Bool = true) -> ProgressDisplay {
      let output = ProgressDisplay.Output(
        isUnicode: isUnicode, width: { [width] in width.value },
        isReady: { [isReady] in isReady.value },
        write: { [text] piece in text.change { $0 += piece } })
      return ProgressDisplay(mode: mode, output: output, clock: { [time] in time.value })
    }
  }

  /// What stands around a bar: no wrapping, clear what is left, and back to the first column.
  fileprivate static let (before, after) = ("\r\u{1B}[?7l", "\u{1B}[?7h\u{1B}[J\r")

  private func status(_ step: Int, endsEpoch: Bool = false) -> ProgressDisplay.Status {
    ProgressDisplay.Status(
      epoch: 3, epochs: 10, step: step, steps: 4690, loss: ("reconstruction", 12.4136),
      metrics: [("gap", 0.5)], samplesPerSecond: 45_200, eta: 32, endsEpoch: endsEpoch)
  }

  private func line(_ step: String) -> String {
    "epoch 3/10  step \(step)/4690  reconstruction 12.41  gap 0.5000  45.2k samples/s  ETA 0m32s\n"
  }

  @Test("plain lines come once an interval, and at the end of an epoch")
  func plain() {
    let screen = Screen()
    let progress = screen.progress(.lines(every: 10))
    for step in 1...25 {
      screen.time.value = Double(step)
      progress.update(status(step))
    }
    #expect(screen.text.value == line("  10") + line("  20"))
    screen.text.value = ""
    progress.update(status(1407, endsEpoch: true))
    #expect(screen.text.value == line("1407"))
    screen.time.value = 34
    progress.update(status(1408))
    #expect(screen.text.value == line("1407"), "the end of an epoch starts a new interval")
    progress.finish()
    progress.finish()
    #expect(screen.text.value == line("1407") + line("1408"), "finish shows the last step, once")
  }

  @Test("a loop can ask whether an update would be drawn")
  func due() {
    let screen = Screen()
    let lines = screen.progress(.lines(every: 10))
    #expect(!lines.isDue())
    #expect(lines.isDue(endsEpoch: true))
    screen.time.value = 10
    #expect(lines.isDue())
    lines.update(status(1))
    #expect(!lines.isDue())
    #expect(!screen.progress(.quiet).isDue(endsEpoch: true))
    #expect(screen.progress(.bar).isDue())
  }

  @Test("finish does not repeat a line")
  func finish() {
    let screen = Screen()
    let progress = screen.progress(.lines(every: 10))
    progress.update(status(4690, endsEpoch: true))
    progress.finish()
    #expect(screen.text.value == line("4690"))
  }

  @Test("stage, unknown ends and odd losses in a plain line")
  func plainVariants() {
    let status = ProgressDisplay.Status(
      stage: "rbm-2", epoch: 1, epochs: 0, step: 5, steps: 0, loss: ("loss", .nan),
      samplesPerSecond: .nan, eta: nil)
    #expect(status.line == "rbm-2  epoch 1  step 5  loss nan  - samples/s")
  }

  @Test("quiet prints errors only")
  func quiet() {
    let screen = Screen()
    let progress = screen.progress(.quiet)
    progress.update(status(1, endsEpoch: true))
    progress.event("checkpoint")
    progress.error("no space left")
    progress.finish()
    #expect(screen.text.value == "no space left\n")
  }

  @Test("the bar is drawn at most ten times a second")
  func redraws() {
    let screen = Screen()
    let progress = screen.progress(.bar)
    for step in 0..<1000 {
      screen.time.value = Double(step) / 1000
      progress.update(status(step))
    }
    #expect(screen.drawings == 10)
  }

  @Test("an event stands above the bar, which is drawn again")
  func event() {
    let screen = Screen()
    let progress = screen.progress(.bar)
    progress.update(status(469))
    let bar = screen.text.value
    progress.event("checkpoint")
    #expect(screen.text.value == bar + "\r\u{1B}[Jcheckpoint\n" + bar)
    progress.finish()
    #expect(screen.text.value.hasSuffix(bar + "\n"))
  }

  @Test("no width is exceeded, and the loss stays longest", arguments: [1, 5, 20, 40, 60, 79, 200])
  func widths(width: Int) {
    let screen = Screen()
    screen.width.value = width + 1
    screen.progress(.bar).update(status(2345))
    let line = screen.bar
    #expect(line.count <= width)
    #expect(width < 20 || line.contains("reconstruction 12.41"))
    #expect(width < 79 || line.contains("50%") && line.contains("ETA 0m32s"))
  }

  @Test("the bar fills with the steps", arguments: [true, false])
  func fill(isUnicode: Bool) {
    let full: Character = isUnicode ? "█" : "="
    let counts = [0, 2345, 4690].map { step in
      status(step).bar(width: 120, isUnicode: isUnicode).filter { $0 == full }.count
    }
    #expect(counts == [0, 15, 30])
    #expect(isUnicode || status(2345).bar(width: 120, isUnicode: false).allSatisfy(\.isASCII))
  }

  @Test("the width is asked again for each drawing")
  func resize() {
    let screen = Screen()
    let progress = screen.progress(.bar)
    progress.update(status(10))
    screen.text.value = ""
    (screen.width.value, screen.time.value) = (30, 1)
    progress.update(status(11))
    #expect(screen.bar.count <= 29)
    screen.text.value = ""
    progress.tick()
    #expect(screen.text.value.isEmpty, "nothing has changed")
    screen.width.value = 60
    progress.tick()
    #expect(screen.drawings == 1, "a new width is answered without a step")
  }

  @Test("only a capable terminal gets a bar")
  func automatic() {
    func mode(_ isTerminal: Bool, _ environment: [String: String]) -> ProgressDisplay.Mode {
      .automatic(isTerminal: isTerminal, environment: environment)
    }
    #expect(mode(true, ["TERM": "xterm"]) == .bar)
    #expect(mode(true, ["TERM": "xterm", "NO_COLOR": ""]) == .bar)
    #expect(mode(true, ["TERM": "xterm", "NO_COLOR": "1"]) == .lines(every: 10))
    #expect(mode(true, ["TERM": "dumb"]) == .lines(every: 10))
    #expect(mode(true, [:]) == .lines(every: 10))
    #expect(mode(false, ["TERM": "xterm"]) == .lines(every: 10))
  }

  @Test("the locale decides about the characters of the bar")
  func locale() {
    #expect(ProgressDisplay.Output.isUnicode(["LANG": "de_DE.UTF-8"]))
    #expect(ProgressDisplay.Output.isUnicode(["LC_ALL": "C.utf8", "LANG": "C"]))
    #expect(!ProgressDisplay.Output.isUnicode(["LC_ALL": "C", "LANG": "de_DE.UTF-8"]))
    #expect(!ProgressDisplay.Output.isUnicode([:]))
  }

  @Test("a display that has finished a stage goes on with the next")
  func nextStage() {
    let screen = Screen()
    let progress = screen.progress(.lines(every: 10))
    progress.update(status(10, endsEpoch: true))
    progress.finish()
    progress.update(status(1407, endsEpoch: true))
    #expect(screen.text.value == line("  10") + line("1407"))
  }

  @Test(
    "an activity is in the bar at once, with its seconds, and leaves a mark",
    arguments: [true, false])
  func activity(isUnicode: Bool) {
    let screen = Screen()
    screen.width.value = 120
    let progress = screen.progress(.bar, isUnicode: isUnicode)
    progress.update(status(2345))
    progress.begin(.evaluation)
    #expect(screen.bar.contains("evaluating 0 s"))
    screen.time.value = 12.7
    progress.tick()
    #expect(screen.bar.contains("evaluating 12 s"))
    screen.time.value = 83
    progress.tick()
    #expect(screen.bar.contains("evaluating 1m23s"))
    progress.end(.evaluation, step: 2345)
    #expect(!screen.bar.contains("evaluating"))
    progress.begin(.checkpoint)
    #expect(screen.bar.contains("checkpoint 0 s"))
    progress.end(.checkpoint, step: 469)
    let mark: (Character, Character) = isUnicode ? ("▒", "▓") : ("e", "c")
    let cells = screen.bar.drop { $0 != (isUnicode ? "▕" : "[") }.dropFirst()
      .prefix { $0 != (isUnicode ? "▏" : "]") }
    #expect(cells.filter { $0 == mark.0 }.count == 1, "\(cells)")
    #expect(cells.filter { $0 == mark.1 }.count == 1, "\(cells)")
  }

  @Test("an evaluation that is broken off leaves no mark")
  func brokenOff() {
    let screen = Screen()
    let progress = screen.progress(.bar)
    progress.update(status(2345))
    progress.begin(.evaluation)
    progress.end(.evaluation, step: nil)
    #expect(!screen.bar.contains("▒"))
  }

  @Test(
    "marks show in bars of all lengths, evaluations before checkpoints", arguments: [6, 7, 13, 30])
  func marks(count: Int) {
    var marks = ProgressMarks()
    for step in 1...5 {
      marks.add(.evaluation, step: step * 20, of: 100)
      marks.add(.checkpoint, step: step * 20, of: 100)
    }
    marks.add(.checkpoint, step: 0, of: 0)
    let found = (0..<count).filter { marks.kind(cell: $0, of: count) == .evaluation }
    #expect(found == (1...5).map { Int((Double($0 * count) / 5).rounded(.up)) - 1 })
    #expect((0..<count).allSatisfy { marks.kind(cell: $0, of: count) != .checkpoint })
  }

  @Test("a long activity has a plain line an interval")
  func activityLines() {
    let screen = Screen()
    let progress = screen.progress(.lines(every: 10))
    progress.update(status(1, endsEpoch: true))
    screen.text.value = ""
    progress.begin(.evaluation)
    for second in 1...25 {
      screen.time.value = Double(second)
      progress.tick()
    }
    #expect(screen.text.value == "evaluating 10 s\nevaluating 20 s\n")
  }

  @Test("a pipe that nobody reads gets no line of an activity, and is not waited for")
  func stuckPipe() {
    let screen = Screen()
    let progress = screen.progress(.lines(every: 10))
    progress.begin(.evaluation)
    (screen.time.value, screen.isReady.value) = (10, false)
    progress.tick()
    #expect(screen.text.value == "")
    (screen.time.value, screen.isReady.value) = (12, true)
    progress.tick()
    #expect(screen.text.value == "evaluating 12 s\n")
  }

  @Test("a ticker says whether it has ended, each time it is asked")
  func ticker() {
    let ticker = ProgressTicker(every: 0.01) {}
    #expect(ticker.stop())
    #expect(ticker.stop())
    let (begins, hang) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    defer { hang.signal() }
    let stuck = ProgressTicker(every: 0.01) {
      begins.signal()
      hang.wait()
    }
    begins.wait()
    #expect(!stuck.stop())
    #expect(!stuck.stop())
  }

  @Test("a terminal that is stopped gets no bar, but keeps its events")
  func stopped() {
    let screen = Screen()
    let progress = screen.progress(.bar)
    screen.isReady.value = false
    progress.update(status(1))
    progress.event("warning: slow disk")
    #expect(screen.text.value == "warning: slow disk\n")
  }

  @Test(
    "wide characters count as what they take, and control characters are pictures",
    arguments: [10, 20, 39, 80, 200])
  func names(width: Int) {
    let screen = Screen()
    screen.width.value = width + 1
    let progress = screen.progress(.bar)
    progress.update(
      ProgressDisplay.Status(
        stage: "深層🚀e\u{301}\u{1B}[31m\u{9B}2J\r", epoch: 3, epochs: 10, step: 5, steps: 10,
        loss: ("誤差", 1), samplesPerSecond: 1, eta: 1))
    #expect(DisplayWidth.of(String(screen.bar)) <= width)
    #expect(!screen.bar.unicodeScalars.contains { $0.properties.generalCategory == .control })
    #expect(width < 80 || screen.bar.contains("深層🚀e\u{301}␛[31m"))
  }

  @Test("JSON: a line is an object")
  func json() throws {
    let screen = Screen()
    let progress = screen.progress(.json(every: 10))
    progress.update(status(1407, endsEpoch: true))
    progress.event("warning: a \"quoted\"\nline")
    progress.tell(Message("checkpoint: x.h5", event: .checkpoint, fields: ["step": 3]))
    let lines = try screen.text.value.split(separator: "\n").map {
      try JSONValue(parsing: String($0))
    }
    #expect(lines.map { $0["event"]?.stringValue } == ["progress", "message", "checkpoint"])
    #expect(lines.map { $0["level"]?.stringValue } == ["info", "warning", "info"])
    #expect(lines[0]["step"] == 1407 && lines[0]["steps"] == 4690 && lines[0]["epoch"] == 3)
    #expect(lines[0]["metrics"]?["gap"]?.doubleValue == 0.5)
    #expect(lines[0]["samples_per_second"]?.doubleValue == 45_200)
    #expect(lines[0]["text"]?.stringValue == String(line("1407").dropLast()))
    #expect(lines[1]["text"] == "a \"quoted\"\nline")
    #expect(lines[2]["step"] == 3)
    #expect(lines.allSatisfy { ($0["time"]?.doubleValue ?? 0) > 1.7e9 })
  }

  @Test("what is only for programs is not shown to people")
  func tell() {
    let screen = Screen()
    screen.progress(.lines(every: 10)).tell(Message("x"))
    #expect(screen.text.value.isEmpty)
  }

  @Test("a run that was asked to end leaves its bar, and what it says stands below")
  func leave() {
    let screen = Screen()
    let progress = screen.progress(.bar)
    progress.update(status(469))
    let bar = screen.text.value
    progress.leaveBar()
    progress.leaveBar()
    screen.time.value = 1
    progress.update(status(470))
    progress.event("stopped")
    progress.finish()
    #expect(screen.text.value == bar + "\nstopped\n")
  }
}
