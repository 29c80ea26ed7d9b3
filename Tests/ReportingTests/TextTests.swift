import Reporting
import Testing

@Suite("Numbers and tables")
struct TextTests {
  @Test(
    "durations",
    arguments: [
      (0, "0m00s"), (32.4, "0m32s"), (83, "1m23s"), (3599.6, "1h00m"), (7500, "2h05m"),
      (86400 * 3 + 4 * 3600, "3d04h"), (-1, "-"), (Double.nan, "-"), (Double.infinity, "-"),
    ] as [(Double, String)])
  func duration(seconds: Double, text: String) {
    #expect(Format.duration(seconds) == text)
  }

  @Test(
    "rates",
    arguments: [
      (0, "0.00"), (7.25, "7.25"), (9.999, "10.0"), (99.97, "100"), (452, "452"), (999.6, "1.00k"),
      (45_200, "45.2k"), (1_300_000, "1.30M"), (Double.infinity, "-"),
    ] as [(Double, String)])
  func rate(value: Double, text: String) {
    #expect(Format.rate(value) == text)
  }

  @Test(
    "metrics",
    arguments: [
      (0, "0"), (12.414, "12.41"), (0.03124, "0.0312"), (1234.5, "1234"), (54321, "54321"),
      (-123.45, "-123.5"), (1.2041e-5, "1.204e-05"), (2e7, "2.000e+07"), (Double.nan, "nan"),
      (-Double.infinity, "-inf"),
    ] as [(Double, String)])
  func metric(value: Double, text: String) {
    #expect(Format.metric(value) == text)
  }

  @Test("bytes", arguments: [(512, "512 B"), (1536, "1.5 KiB"), (1 << 30, "1.0 GiB")])
  func bytes(count: Int, text: String) {
    #expect(Format.bytes(count) == text)
  }

  @Test("columns are aligned, and lines have no trailing spaces")
  func table() {
    var table = Table([.left("name"), .right("ms/step"), .left("note")])
    table.add(["rbm", "1.25", "größer"])
    table.add(["rbm-cd10", "11.5"])
    #expect(
      table.text() == """
        name      ms/step  note
        --------  -------  ------
        rbm          1.25  größer
        rbm-cd10     11.5

        """)
  }

  @Test("without titles there is no head")
  func untitled() {
    var table = Table([.left(""), .right("")])
    table.add(["digest", "ab"])
    table.add(["step", "1234"])
    #expect(table.text(indent: 2) == "  digest    ab\n  step    1234\n")
  }
}
