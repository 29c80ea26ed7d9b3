import Objectives
import Optimizers
import Testing

@testable import Training

@Suite("Schedules in a configuration") struct ScheduleSettingsTests {
  @Test(
    arguments: [
      ("0.1", Schedule.constant(0.1)), ("[0.1, 0.2]", .list([0.1, 0.2])),
      (
        "{kind: step, start: 0.1, factor: 0.5, every: 10}",
        .step(start: 0.1, factor: 0.5, every: 10)
      ),
      (
        "{kind: milestones, start: 0.1, factor: 0.5, at: [10, 15]}",
        .milestones(start: 0.1, factor: 0.5, at: [10, 15])
      ),
      ("{kind: exponential, start: 0.1, factor: 0.95}", .exponential(start: 0.1, factor: 0.95)),
      ("{kind: cosine, start: 0.1, epochs: 50}", .cosine(start: 0.1, end: 0, epochs: 50)),
      (
        "{kind: cosine, start: 0.1, end: 0.01, epochs: 5}",
        .cosine(start: 0.1, end: 0.01, epochs: 5)
      ),
      ("{kind: linear, start: 0.5, end: 0.9, epochs: 5}", .linear(start: 0.5, end: 0.9, epochs: 5)),
      ("{kind: list, values: [0.1, 0.2]}", .list([0.1, 0.2])),
      ("{kind: constant, value: 2, warm_up_steps: 9}", .warmUp(updates: 9, .constant(2))),
      (
        "{kind: step, start: 0.1, factor: 0.5, every: 10, per: step}",
        .perUpdate(.step(start: 0.1, factor: 0.5, every: 10))
      ),
      (
        "{kind: cosine, start: 1, steps: 500, per: step, warm_up_steps: 9}",
        .warmUp(updates: 9, .perUpdate(.cosine(start: 1, end: 0, epochs: 500)))
      ),
    ])
  func reads(text: String, schedule: Schedule) throws {
    let read = try configuration(shortest, "optimizer.learning_rate=\(text)")
    #expect(read.optimizer.stochastic?.learningRate == schedule)
    // It is the same after a round trip.
    #expect(try configuration(read.yaml).optimizer.stochastic?.learningRate == schedule)
  }

  @Test(
    arguments: [
      ("[]", "one an epoch"), ("[0.1, -1]", "from 0.0 to 1000000.0"), ("[a]", "must be numbers"),
      ("[[1]]", "must be numbers"), ("[.nan]", "must be numbers"), ("{}", "kind is missing"),
      ("{kind: stp, start: 1}", "did you mean 'step'?"),
      ("{kind: step, start: 1, factor: 1}", "every"),
      ("{kind: step, start: 1, factor: 1, every: 0}", "at least 1"),
      ("{kind: step, start: -1, factor: 1, every: 2}", "start is '-1'"),
      ("{kind: milestones, start: 1, factor: 1, at: [9, 4]}", "rising whole numbers"),
      ("{kind: linear, start: 1, epochs: 2}", "end is missing"),
      ("{kind: cosine, start: 1, epochs: 0}", "at least 1"),
      ("{kind: exponential, start: 1, factor: 0.5, every: 3}", "unknown key"),
      ("{kind: cosine, start: 1, epochs: 3, per: step}", "steps is missing"),
      ("{kind: list, values: []}", "must be numbers"), ("{kind: list}", "values is missing"),
      ("{kind: constant, value: 1, per: update}", "one of epoch, step"),
      ("{kind: constant, value: 1, warm_up_steps: 0}", "at least 1"),
      ("fast", "a number"), ("-1", "from 0 to 1000000"),
    ])
  func refuses(text: String, problem: String) {
    let text = message { try configuration(shortest, "optimizer.learning_rate=\(text)") }
    #expect(text.contains("optimizer.learning_rate") && text.contains(problem), "\(text)")
  }

  @Test("what follows epochs alone takes no steps")
  func epochsAlone() {
    let text = message {
      try configuration(shortest, "model.gibbs_steps={kind: constant, value: 1, warm_up_steps: 9}")
    }
    #expect(text.contains("unknown key 'model.gibbs_steps.warm_up_steps'"), "\(text)")
  }
}
