import Testing

@testable import Training

@Suite("The time for pictures") struct PictureBudgetTests {
  /// Which of evaluations a second apart are drawn, where a drawing takes 0.3 s.
  private func drawn(_ count: Int, share: Double) -> [Int] {
    var budget = PictureBudget(share: share, now: 100)
    var used = 0.0
    return (1...count).filter { second in
      let isDrawn = budget.allows(
        stage: nil, isLast: second == count, drawing: used, now: 100 + Double(second))
      if isDrawn { used += 0.3 }
      return isDrawn
    }
  }

  @Test("the first, the last, and those that leave its share to training")
  func share() {
    #expect(drawn(50, share: 0.02) == [1, 30, 45, 50])
    #expect(drawn(5, share: 0) == [1, 5])
    #expect(drawn(5, share: 1) == [1, 2, 3, 4, 5])
  }

  @Test("every stage has a first and a last evaluation")
  func stages() {
    var budget = PictureBudget(share: 0, now: 0)
    let drawn = ["a", "a", "b", "b", "b"].enumerated().filter { step, stage in
      budget.allows(
        stage: stage, isLast: step == 1 || step == 4, drawing: 9, now: Double(step))
    }
    #expect(drawn.map(\.offset) == [0, 1, 2, 4])
  }

  @Test("what holds up the main thread counts too")
  func counting() {
    var budget = PictureBudget(share: 0.5, now: 0)
    let isFirst = budget.allows(stage: nil, isLast: false, drawing: 0, now: 0.01)
    budget.counting {
      let end = ContinuousClock.now + .milliseconds(20)
      while ContinuousClock.now < end {}
    }
    let isSecond = budget.allows(stage: nil, isLast: false, drawing: 0, now: 0.07)
    #expect(isFirst && !isSecond)
  }
}
