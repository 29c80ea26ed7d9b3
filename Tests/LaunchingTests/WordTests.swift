import Foundation
import Testing

@testable import Launching

/// Names that were made to end a quotation, start a command, or be two words.
let hostileWords = [
  "a b", "it's", "\"", "$(touch INJECTED)", "`touch INJECTED`", "; touch INJECTED #",
  "&& touch INJECTED",
  "| touch INJECTED", "> INJECTED", "*", "?", "[a]", "{a,b}", "~", "!!", "#", "\\", "'\\''", "%x",
  "-n", "",
  "' ; touch INJECTED ; '", "$HOME", "${IFS}", "ü ñ 字",
  // To Swift a quote with a mark behind it is another character; to bash it is a quote.
  "x'\u{301}; touch INJECTED; '\u{301}", "x\"\u{301}; touch INJECTED; \"\u{301}",
  "x'\u{200D}; touch INJECTED; '\u{200D}", "x'\u{20DD}; touch INJECTED; '\u{20DD}",
  "`\u{301}touch INJECTED`\u{301}", "\\\u{301}",
]

@Suite("Words of a script") struct WordTests {
  /// What bash makes of a quoted word, between NULs.
  private func roundTrip(_ words: [String]) throws -> [String] {
    let line = "printf '%s\\0' " + (try ShellWord.quoted(words))
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", line]
    process.standardOutput = pipe
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: bytes, as: UTF8.self)
    return text.components(separatedBy: "\0").dropLast()
  }

  @Test func bashReadsBackWhatWasQuoted() throws {
    #expect(try roundTrip(hostileWords) == hostileWords)
  }

  @Test func plainWordsStayBare() throws {
    #expect(try ShellWord.quoted("configs/a-b_1.yaml") == "configs/a-b_1.yaml")
    #expect(try ShellWord.quoted("~/a") == "'~/a'")
    #expect(try ShellWord.assignment("A", "b c") == "A='b c'")
  }

  @Test(
    "what no line can hold is refused in one line",
    arguments: [
      "a\nb", "a\rb", "a\r\nb", "a\0b", "a\u{1B}[2Jb", "a\tb", "\u{85}", "\u{2028}", "\u{FFFD}",
    ])
  func refused(word: String) {
    let error = #expect(throws: LaunchError.self) { try ShellWord.quoted(word, what: "the path") }
    #expect(error?.description.hasPrefix("the path, ") == true)
    #expect(error?.description.contains { $0.isNewline } == false)
  }

  @Test func splitting() throws {
    let line = #"apptainer exec --bind '/a b':/c "d \"e" f\ g '' $HOME *"#
    #expect(
      try ShellWord.split(line, what: "--container") == [
        "apptainer", "exec", "--bind", "/a b:/c", "d \"e", "f g", "", "$HOME", "*",
      ])
    #expect(try ShellWord.split("'\u{301}a b'\u{301} c", what: "x") == ["\u{301}a b\u{301}", "c"])
    for line in ["a 'b", "a \"b", "a\\", "a '\u{301}b"] {
      #expect(throws: LaunchError.self) { try ShellWord.split(line, what: "--container") }
    }
  }
}
