import Foundation
import PNG
import Testing

extension CommandLineTests.Reports {
  /// Texts that would be more than text if a page let them.
  static let hostile = [
    "<script>window.hacked=1</script>", "</script><script>window.hacked=2</script>",
    "\"'><img src=x onerror=window.hacked=3>", "<!--", "]]>", "&lt;b&gt;", "\u{202E}gnirts",
    "שלום مرحبا", "日本語のなまえ", "a\u{0}b\u{1B}[31m", "javascript:window.hacked=4", "\\u003C",
    String(repeating: "long", count: 300), String(repeating: "長", count: 200), "${window.hacked=5}",
  ]

  /// One of them, another each time.
  private static func text(_ place: Int) -> String { hostile[place % hostile.count] }

  private static func quoted(_ text: String) throws -> String {
    String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
  }

  @Test("texts from files stay texts, wherever they come from") func hostileStrings() throws {
    let run = "<b onclick='window.hacked=6'>"
    let folder = trial.path + "/" + run
    for name in ["images", "tables"] {
      try FileManager.default.createDirectory(
        atPath: folder + "/" + name, withIntermediateDirectories: true)
    }
    func write(_ name: String, _ text: String) throws {
      try trial.scratch.write(text, to: run + "/" + name)
    }
    let quoted = try Self.hostile.map(Self.quoted)
    try write("config.yaml", "name: \(quoted[1])\nseed: \(quoted[0])\n")
    let lines = (1...60).map { step -> String in
      let kind =
        step % 4 == 0 ? quoted[step % quoted.count] : step % 2 == 0 ? "\"evaluation\"" : "\"train\""
      let value = step % 7 == 0 ? "\"nan\"" : step % 11 == 0 ? "\"inf\"" : "\(step)"
      return "{\"kind\":\(kind),\"stage\":\(quoted[step % 3]),\"epoch\":1,\"step\":\(step),"
        + "\(quoted[step % quoted.count]):\(value),\"loss\":1e300,\"x\":\(quoted[2])}\n"
    }
    try write("metrics.jsonl", lines.joined())
    let all = "[" + quoted.joined(separator: ",") + "]"
    let values = Self.hostile.map { _ in
      "[" + Self.hostile.map { _ in "1" }.joined(separator: ",") + "]"
    }
    for step in 1...2 {
      try write(
        "tables/a<i>-step-\(step).json",
        "{\"name\":\(quoted[0]),\"title\":\(quoted[1]),\"stage\":\(quoted[2]),\"row_axis\":\(quoted[3]),"
          + "\"column_axis\":\(quoted[4]),\"rows\":\(all),\"columns\":\(all),\"values\":["
          + values.joined(separator: ",") + "]}")
      let picture = PNGImage(
        width: 4, height: 4, channels: 1, pixels: Array(repeating: 99, count: 16))
      try picture.write(to: folder + "/images/\"onload=x <u>-step-\(step).png")
    }
    try write(
      "timing.json",
      "{\"ranks\":[{\"rank\":0,\"host\":\(quoted[0]),\"seconds\":{\"compute\":1,\(quoted[1]):2}},"
        + "{\"rank\":1,\"host\":\(quoted[8]),\"seconds\":{\"compute\":2,\"wait\":1e308}}]}")
    try write("trace.json", "[{\"ph\":\"X\",\"name\":\(quoted[1]),\"dur\":1e6,\"pid\":0},")
    try write(
      "environment.json",
      "{\"starts\":[{\"time\":1e300,\"command\":\(all),\"ranks\":2,\"hosts\":\(all),\"step\":3,\"cpu\":\(quoted[1]),"
        + "\"environment\":{\(quoted[1]):\(quoted[2])},\"end\":{\"state\":\(quoted[1]),\"digest\":\(quoted[2])}}]}"
    )
    try write("failure.json", "{\"reason\":\(quoted[1])}")
    try write("train.log", Self.hostile.joined(separator: "\n") + "\ndigest: sha256:<script>\n")
    for arguments in [[run], [run, run + "/.", "--output", "two.html"]] {
      let outcome = try report(arguments)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    try FileManager.default.moveItem(
      atPath: folder + "/report.html", toPath: trial.path + "/one.html")
    try look(["one.html", "two.html"])
  }
}
