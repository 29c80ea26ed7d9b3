import Testing

@testable import Reporting

@Suite("Colour scales")
struct ColorScaleTests {
  @Test(
    "gray is clamped at both ends", arguments: [(-1, 0), (0, 0), (0.5, 128), (1, 255), (9, 255)])
  func gray(value: Float, level: UInt8) {
    #expect(ResolvedScale.gray(lower: 0, upper: 1).level(value) == level)
  }

  @Test("gray with infinities, and with a range without width")
  func oddities() {
    #expect(ResolvedScale.gray(lower: 0, upper: 1).level(.infinity) == 255)
    #expect(ResolvedScale.gray(lower: 2, upper: 2).level(2) == 0)
    #expect(ResolvedScale.signed(limit: 1).color(-.infinity) == Diverging.color(-1))
    #expect(ResolvedScale.signed(limit: 1).color(.nan) == .invalid)
  }

  @Test("the centre is white, the ends are blue and red, and beyond them nothing changes")
  func diverging() {
    #expect(Diverging.color(0) == .white)
    let (low, high) = (Diverging.color(-1), Diverging.color(1))
    #expect(low.blue > low.red && low.blue > low.green)
    #expect(high.red > high.blue && high.red > high.green)
    #expect(Diverging.color(-2) == low)
    #expect(Diverging.color(2) == high)
  }

  @Test("colours darken steadily on both sides, about equally")
  func luminance() {
    func light(_ share: Float) -> Float {
      let color = Diverging.color(share)
      return 0.2126 * Float(color.red) + 0.7152 * Float(color.green) + 0.0722 * Float(color.blue)
    }
    for step in 0..<100 {
      let (inner, outer) = (Float(step) / 100, Float(step + 1) / 100)
      #expect(light(outer) < light(inner))
      #expect(light(-outer) < light(-inner))
      #expect(abs(light(outer) - light(-outer)) < 20)
    }
  }

  @Test("the limit leaves outliers and non-finite values out")
  func limit() {
    var values = (0..<1000).map { Float($0 % 2 == 0 ? 1 : -1) * Float($0) / 1000 }
    values += [1e6, .nan, -.infinity]
    #expect(abs(ColorScale.robustLimit(of: values) - 0.995) < 0.002)
    #expect(ColorScale.robustLimit(of: [0, 0]) == 1)
    #expect(ColorScale.robustLimit(of: []) == 1)
  }
}
