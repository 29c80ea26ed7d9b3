import Testing

@testable import Reporting

@Suite("Text on terminals")
struct HarmlessTests {
  @Test("what could act on a terminal is shown and does not act")
  func control() {
    #expect("plain text, 100 %".harmless() == "plain text, 100 %")
    #expect("a\u{1B}[31mb".harmless() == "a␛[31mb")
    #expect("a\tb\nc\rd\u{2028}e".harmless() == "a b c d e")
    #expect("\u{7F}\u{9B}2J\u{0}".harmless() == "␡\u{FFFD}2J␀")
    // Text that runs from right to left from here on, and zero-width characters.
    #expect("a\u{202E}b\u{200B}c\u{FEFF}".harmless() == "abc")
  }

  @Test("what terminals draw in different widths becomes what they agree on")
  func joined() {
    #expect("👨‍👩‍👧".harmless() == "👨👩👧")
    #expect("👍🏽".harmless() == "👍")
    #expect("🇩🇪".harmless() == "DE")
    #expect("❤️".harmless() == "❤")
    let pile = "a" + String(repeating: "\u{301}", count: 50)
    #expect(pile.harmless().unicodeScalars.count == 3)
  }

  @Test("without UTF-8 everything is ASCII")
  func ascii() {
    #expect("né中🚀\u{1B}".harmless(isUnicode: false) == "n????")
    #expect("e\u{301}".harmless(isUnicode: false) == "e")
  }

  @Test(
    "columns are those of the terminal",
    arguments: [
      ("abc", 3), ("é", 1), ("e\u{301}", 1), ("中文", 4), ("한글", 4), ("カナ", 4), ("ｶﾅ", 2), ("🚀", 2),
      ("Ω", 1), ("█", 1), ("…", 1), ("ＡＢ", 4), ("", 0), ("😀é中", 5),
    ])
  func width(text: String, width: Int) { #expect(DisplayWidth.of(text) == width) }

  @Test("a beginning fits, and says that something is left out")
  func fitted() {
    #expect(DisplayWidth.fitted("abcdef", columns: 6) == "abcdef")
    #expect(DisplayWidth.fitted("abcdef", columns: 5) == "abcd…")
    #expect(DisplayWidth.fitted("中文字", columns: 5) == "中文…")
    #expect(DisplayWidth.fitted("中文字", columns: 4) == "中…")
    #expect(DisplayWidth.fitted("中文字", columns: 4, isUnicode: false) == "中~")
    #expect(DisplayWidth.fitted("abc", columns: 0) == "")
    #expect(DisplayWidth.padded("中", columns: 4, isRight: true) == "  中")
  }

  @Test("a level is read off a line, and written before it")
  func message() {
    #expect(Message(line: "warning: x") == Message("x", level: .warning))
    #expect(Message(line: "error: x").line == "error: x")
    #expect(Message(line: "warnings").level == .info)
    let line = Message("x", fields: ["text": "no", "step": 1]).json(rank: 2, time: 1.23456)
    #expect(
      line == #"{"time":1.235,"level":"info","event":"message","rank":2,"text":"x","step":1}"#)
  }

  @Test(
    "the format is known before the command line is",
    arguments: [
      (["train", "--log-format", "json"], LogFormat.json), (["--log-format=json", "x"], .json),
      (["train", "--log-format"], .text), (["--log-format", "xml"], .text), (["train"], .text),
      (["--", "--log-format=json"], .text),
    ])
  func format(words: [String], format: LogFormat) { #expect(LogFormat(arguments: words) == format) }

  @Test("processes are read from proc, whatever they are called")
  func process() throws {
    let status = try #require(ProcessStatus(stat: "12 (a) b (c) S 7 30 12 34816 30 4194304 5"))
    #expect(status.name == "a) b (c" && status.parent == 7 && status.isInForeground)
    #expect(ProcessStatus(stat: "12 (x) S 7 30 12 34816 31 0")?.isInForeground == false)
    #expect(ProcessStatus(stat: "") == nil)
    #expect(ProcessStatus(process: "self")?.parent != nil)
  }

  @Test("a launcher that changes lines gets no bar")
  func launcher() {
    #expect(LauncherTerminal.isLauncher("mpirun.openmpi") && !LauncherTerminal.isLauncher("bash"))
    func changes(_ words: [String], _ environment: [String: String] = [:]) -> Bool {
      LauncherTerminal.changesLines(words, environment)
    }
    #expect(!changes(["mpirun", "-n", "2", "--oversubscribe", "program", "train"]))
    #expect(changes(["mpirun", "--tag-output", "-n", "2"]))
    #expect(changes(["mpirun", "-output-filename", "x"]))
    #expect(changes(["mpirun", "--mca", "orte_tag_output", "1"]))
    #expect(changes(["mpirun"], ["OMPI_MCA_orte_timestamp_output": "1"]))
    #expect(!changes(["mpirun"], ["OMPI_MCA_rmaps_base_oversubscribe": "1"]))
  }
}
