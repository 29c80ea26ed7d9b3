import Testing

@testable import Reporting

@Suite("Progress display")
struct ProgressDisplayTests {
  /// A display whose clock and window are set by the test, and whose output is kept.
  private struct Screen {
    let time = Shared(0.0)
    let width = Shared(80)
    let text = Shared("")

    func progress(_ mode: ProgressDisplay.Mode, isUnicode: Bool = true) -> ProgressDisplay {
      let output = ProgressDisplay.Output(isUnicode: isUnicode, width: { [width] in width.value }) {
        [text] piece in text.change { $0 += piece }
      }
      return ProgressDisplay(mode: mode, output: output, clock: { [time] in time.value })
    }
  }

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
    let draws = screen.text.value.filter { $0 == "\r" }.count
    #expect(draws == 10)
  }

  @Test("an event stands above the bar, which is drawn again")
  func event() {
    let screen = Screen()
    let progress = screen.progress(.bar)
    progress.update(status(469))
    let bar = screen.text.value
    progress.event("checkpoint")
    #expect(screen.text.value == bar + "\r\u{1B}[Kcheckpoint\n" + bar)
    progress.finish()
    #expect(screen.text.value.hasSuffix(bar + "\n"))
  }

  @Test("no width is exceeded, and the loss stays longest", arguments: [1, 5, 20, 40, 60, 79, 200])
  func widths(width: Int) {
    let screen = Screen()
    screen.width.value = width + 1
    screen.progress(.bar).update(status(2345))
    let line = screen.text.value.dropFirst("\r\u{1B}[K".count)
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
    #expect(screen.text.value.count - "\r\u{1B}[K".count <= 29)
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
}
