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
      (.milestones(start: 8, factor: 0.5, at: [1, 4]), [8, 4, 4, 4, 2, 2]),
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

  @Test("by updates")
  func updates() {
    let line = Schedule.perUpdate(.linear(start: 0, end: 1, epochs: 4))
    #expect((0..<6).map { line.value(epoch: 7, update: $0) } == [0, 0.25, 0.5, 0.75, 1, 1])
    let warm = Schedule.warmUp(updates: 4, .list([8, 4]))
    #expect((0..<6).map { warm.value(epoch: $0 / 5, update: $0) } == [2, 4, 6, 8, 8, 4])
    #expect(Schedule.warmUp(updates: 0, .constant(3)).value(epoch: 0, update: 0) == 3)
    #expect(line.followsUpdates && warm.followsUpdates)
    #expect(!Schedule.list([1]).followsUpdates)
  }
}
