import Objectives
import Testing

@Suite("Schedules")
struct ScheduleTests {
  @Test(
    "values by epoch",
    arguments: [
      (.constant(0.5), [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]),
      (.list([3, 2, 1]), [3, 2, 1, 1, 1, 1]),
      (.step(start: 8, factor: 0.5, every: 2), [8, 8, 4, 4, 2, 2]),
      (.exponential(start: 16, factor: 0.25), [16, 4, 1, 0.25, 0.0625, 0.015_625]),
      (.linear(start: 1, end: 3, epochs: 4), [1, 1.5, 2, 2.5, 3, 3]),
      (.cosine(start: 1, end: 0, epochs: 3), [1, 0.75, 0.25, 0, 0, 0]),
      (.cosine(start: 2, end: 2, epochs: 3), [2, 2, 2, 2, 2, 2]),
    ] as [(Schedule, [Double])])
  func values(schedule: Schedule, expected: [Double]) {
    for (epoch, value) in expected.enumerated() {
      #expect(abs(schedule.value(epoch: epoch) - value) < 1e-15)
    }
  }

  @Test("no epochs to go along: the end")
  func noEpochs() {
    #expect(Schedule.linear(start: 1, end: 3, epochs: 0).value(epoch: 0) == 3)
    #expect(Schedule.cosine(start: 1, end: 3, epochs: 0).value(epoch: 0) == 3)
  }
}
