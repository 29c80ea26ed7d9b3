import Optimizers
import Testing

@Suite("Decisions from evaluations")
struct DecisionTests {
  private static func counts(_ plateau: Plateau, _ values: [Double]) -> [Int] {
    (0...values.count).map { plateau.count(Array(values.prefix($0))) }
  }

  @Test("without patience every value above the best so far lowers the rate")
  func noPatience() {
    let plateau = Plateau(patience: 0, factor: 0.5)
    #expect(Self.counts(plateau, [5, 4, 4, 4.5, 4.4, 4.6]) == [0, 0, 0, 0, 1, 1, 2])
  }

  @Test("short histories decide nothing", arguments: [0, 1, 2, 5])
  func short(patience: Int) {
    let plateau = Plateau(patience: patience, factor: 0.5)
    #expect(plateau.count([]) == 0)
    #expect(plateau.count([3]) == 0)
    // As many values as are left out, and the new one.
    #expect(plateau.count((0...patience).map(Double.init)) == 0)
    #expect(plateau.count((0...patience + 1).map(Double.init)) == 1)
  }

  @Test("the last values are left out, and a lower rate gets its time")
  func patience() {
    let plateau = Plateau(patience: 2, factor: 0.1)
    // 3 is the best when 4 comes for the third time; then only values from there on count.
    #expect(Self.counts(plateau, [5, 3, 4, 4, 4, 4, 4, 3.9]) == [0, 0, 0, 0, 0, 1, 1, 1, 1])
    #expect(Self.counts(plateau, [5, 3, 4, 4, 4, 4, 4, 4.1]) == [0, 0, 0, 0, 0, 1, 1, 1, 2])
  }

  @Test("what should grow")
  func more() {
    let plateau = Plateau(patience: 0, factor: 0.5, prefersLess: false)
    #expect(Self.counts(plateau, [-100, -90, -95, -90]) == [0, 0, 0, 1, 1])
    let stopping = EarlyStopping(patience: 2, prefersLess: false)
    #expect(!stopping.stops(after: [1, 2, 3, 2]))
    #expect(stopping.stops(after: [1, 2, 3, 2, 3]))
  }

  @Test("the rate after evaluations")
  func adjustment() {
    let plateau = Plateau(patience: 0, factor: 0.5, minimum: 0.01)
    #expect(plateau.adjustment(after: [1, 2, 3]) == RateAdjustment(factor: 0.25, minimum: 0.01))
    #expect(plateau.adjustment(after: []) == RateAdjustment(factor: 1, minimum: 0.01))
  }

  @Test("not a number is worst")
  func notANumber() {
    #expect(Plateau(patience: 0, factor: 0.5).count([1, .nan]) == 1)
    #expect(Plateau(patience: 0, factor: 0.5).count([.nan, 1]) == 0)
    #expect(EarlyStopping(patience: 1).stops(after: [1, .nan]))
    #expect(!EarlyStopping(patience: 1).stops(after: [.nan, 1]))
  }

  @Test("stopping waits for its patience after the best")
  func stopping() {
    let stopping = EarlyStopping(patience: 2)
    #expect(!stopping.stops(after: []))
    #expect(!stopping.stops(after: [1]))
    #expect(!stopping.stops(after: [1, 1]))
    #expect(stopping.stops(after: [1, 1, 1]))
    #expect(!stopping.stops(after: [2, 3, 1, 2]))
    #expect(stopping.stops(after: [2, 3, 1, 2, 3]))
    #expect(EarlyStopping(patience: 0).stops(after: [1, 2]))
  }
}
