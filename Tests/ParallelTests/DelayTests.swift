import HDF5
import Reporting
import Testing

/// Updates that take effect one step late.
extension ParallelTests {
  @Suite("Updates one step late")
  struct DelayTests {
    static let settings = [
      "training.delay=1", "training.epochs=4", "optimizer={learning_rate: 0.1, momentum: 0}",
      "checkpoint={every_steps: 1, keep: 100}",
    ]

    /// The weights after a step, and the sums of the batch that was computed in it.
    private func state(_ path: String) throws -> (weights: [Float], sums: [Float]?) {
      let file = try File(reading: path)
      let name = "/state/delayed_sums"
      let isPending = try file.datasetPaths().contains(name)
      return (
        try file.dataset("/parameters/weights").readAll(as: Float.self),
        isPending ? try file.dataset(name).readAll(as: Float.self) : nil
      )
    }

    @Test("a step computes with the parameters before the last update")
    func meaning() throws {
      let trial = try Trial()
      try trial.train("run", ranks: 2, Self.settings + ["training.steps=7"], transport: .messages)
      let states = try trial.checkpoints("run").map(state)
      // Seven steps an epoch.
      #expect(states.count == 7)
      for step in 1...5 {
        let (before, after) = (states[step - 1], states[step])
        let sums = try #require(before.sums)
        let expected = zip(before.weights, sums).map { $0 - 0.1 * ($1 / 32) }
        let difference = zip(expected, after.weights).map { abs($0 - $1) }.max()!
        #expect(difference < 1e-6, "step \(step): \(difference)")
        #expect(before.weights != after.weights)
      }
      // The last step of an epoch does its own update too.
      #expect(states[6].sums == nil)
      // The first step has nothing to do: its update is the second's.
      let plain = Self.settings.dropFirst() + ["training.steps=2"]
      try trial.train("plain", ranks: 2, Array(plain))
      let undelayed = try trial.checkpoints("plain").map(state)
      #expect(undelayed[0].weights == states[1].weights)
      #expect(undelayed[1].weights != states[2].weights)
    }

    @Test("stopped and killed in the middle of epochs, resumed on other numbers of ranks")
    func resumed() throws {
      let trial = try Trial()
      try trial.train("whole", ranks: nil, Self.settings)
      for (ranks, transport) in [(3, .messages), (2, .sharedMemory)] as [(Int, Transport)] {
        let name = "\(ranks)"
        try trial.train(name, ranks: ranks, Self.settings + ["training.steps=10"])
        try trial.train(
          name, ranks: 5 - ranks, Self.settings + ["training.steps=12"], transport: transport)
        try trial.train(name, ranks: nil, Self.settings)
        #expect(try trial.arrays(name) == trial.arrays("whole"))
        #expect(
          try trial.metrics(name).filter { $0.kind == "train" }
            == trial.metrics("whole").filter { $0.kind == "train" })
      }
    }
  }
}
