import Objectives
import Optimizers
import Tensors
import Testing

/// The settings of the cases in `Fixtures/make_optimizer_trajectories.py`.
private let cases: [(name: String, options: OptimizerOptions)] = [
  ("sgd", sgd()),
  ("sgd-decay", sgd { $0.weightDecay = .constant(0.01) }),
  ("sgd-decoupled", sgd { ($0.weightDecay, $0.decayKind) = (.constant(0.1), .decoupled) }),
  (
    "momentum",
    options(.momentum(.constant(0.9), isNesterov: false), 0.05) {
      $0.weightDecay = .constant(0.01)
    }
  ),
  (
    "nesterov",
    options(.momentum(.constant(0.9), isNesterov: true), 0.05) { $0.weightDecay = .constant(0.01) }
  ),
  ("rmsprop", options(.rmsProp(.init()), 0.01)),
  (
    "rmsprop-momentum",
    options(.rmsProp(with(.init()) { ($0.decay, $0.momentum) = (0.95, .constant(0.5)) }), 0.003) {
      $0.weightDecay = .constant(0.01)
    }
  ),
  (
    "rmsprop-inside",
    options(.rmsProp(with(.init()) { ($0.epsilon, $0.isEpsilonInside) = (1e-2, true) }), 0.01)
  ),
  ("adagrad", options(.adagrad(.init()), 0.1)),
  (
    "adagrad-initial",
    options(.adagrad(with(.init()) { ($0.initialSum, $0.epsilon) = (0.1, 1e-6) }), 0.1) {
      $0.weightDecay = .constant(0.01)
    }
  ),
  ("adam", adam()),
  (
    "adam-options",
    options(.adam(with(.init()) { ($0.beta1, $0.beta2, $0.epsilon) = (0.5, 0.99, 1e-3) }), 0.01) {
      $0.weightDecay = .constant(0.05)
    }
  ),
  ("adam-uncorrected", options(.adam(with(.init()) { $0.correctsBias = false }), 0.01)),
  ("adamw", adam { ($0.weightDecay, $0.decayKind) = (.constant(0.1), .decoupled) }),
  ("clip-norm", sgd { $0.clipNorm = 2 }),
  ("clip-value", sgd { $0.clipValue = 0.3 }),
  ("clip-both", adam { ($0.clipNorm, $0.clipValue) = (2, 0.3) }),
  ("average", adam { $0.averaging = 0.9 }),
  ("step", sgd { $0.learningRate = .step(start: 0.05, factor: 0.5, every: 2) }),
  ("exponential", sgd { $0.learningRate = .exponential(start: 0.05, factor: 0.5) }),
  (
    "cosine-updates",
    adam { $0.learningRate = .perUpdate(.cosine(start: 0.01, end: 0.001, epochs: 40)) }
  ),
  (
    "linear-updates",
    adam { $0.learningRate = .perUpdate(.linear(start: 0.01, end: 0.001, epochs: 20)) }
  ),
  ("warm-up", adam { $0.learningRate = .warmUp(updates: 8, .constant(0.01)) }),
]

private func with<T>(_ value: T, _ change: (inout T) -> Void) -> T {
  var value = value
  change(&value)
  return value
}

private func options(
  _ rule: OptimizerOptions.Rule, _ rate: Double,
  _ change: (inout OptimizerOptions) -> Void = { _ in }
) -> OptimizerOptions {
  with(OptimizerOptions(rule, learningRate: .constant(rate)), change)
}

private func sgd(_ change: (inout OptimizerOptions) -> Void = { _ in }) -> OptimizerOptions {
  options(.momentum(.constant(0), isNesterov: false), 0.05, change)
}

private func adam(_ change: (inout OptimizerOptions) -> Void = { _ in }) -> OptimizerOptions {
  options(.adam(.init()), 0.01, change)
}

@Suite("Optimizers and their options")
struct TrajectoryTests {
  @Test("go PyTorch's way", arguments: cases.map(\.name))
  func torch(name: String) throws {
    let stored = try Trajectories.stored()
    let expected = try #require(stored.cases[name])
    let parameters = stored.initialParameters()
    let optimizer = try optimizer(name, parameters)
    for step in stored.gradientSums.indices {
      stored.update(optimizer, step: step)
      guard let place = stored.kept.firstIndex(of: step) else { continue }
      let found =
        optimizer.averages.isEmpty
        ? parameters.flat.elements : optimizer.averages.flatMap { $0.values.elements }
      for (found, expected) in zip(found, expected[place]) {
        #expect(abs(Double(found) - expected) < 1e-6 * max(1, abs(expected)), "step \(step)")
      }
    }
  }

  @Test("every stored case is tested")
  func all() throws {
    let stored = try Trajectories.stored()
    #expect(Set(stored.cases.keys) == Set(cases.map(\.name)))
  }

  @Test("updates of any ranges make the bits of one whole update", arguments: cases.map(\.name))
  func ranges(name: String) throws {
    let layout = SliceLayout([("a", [7, 11]), ("b", [11]), ("c", [64, 83]), ("d", [5])])
    func run(_ cuts: [Int]) throws -> [UInt32] {
      let parameters = ParameterSet(layout)
      let stream = RandomStream(seed: 41, purpose: .sampling)
      stream.normal(item: 0, into: parameters.flat.buffer)
      let optimizer = try optimizer(name, parameters)
      // Two control words follow the parameters; the optimizer leaves them alone.
      let gradient = Tensor(layout.count + 2)
      for step in 0..<3 {
        stream.normal(item: step + 1, into: gradient.buffer)
        optimizer.begin(TrainingMoment(epoch: 0, update: step))
        let whole = gradient.view(offset: 0, shape: [layout.count])
        if optimizer.needsWholeGradient {
          optimizer.measure([UnsafeBufferPointer(whole.buffer)], count: 13)
        }
        for (start, end) in zip([0] + cuts, cuts + [gradient.count]) {
          optimizer.update(start..<end, gradient: gradient.pointer + start, count: 13)
        }
      }
      let all = parameters.flat.elements + optimizer.state.flatMap { $0.values.elements }
      return all.map(\.bitPattern)
    }
    let whole = try run([])
    for cuts in [[1], [77], [80, 81], [3, 50, 90, 200, 285, 2049, 4095, 5400]] {
      let cut = try run(cuts)
      #expect(cut == whole)
    }
  }

  @Test("state put back in the middle of a run: the same bits", arguments: cases.map(\.name))
  func resume(name: String) throws {
    let stored = try Trajectories.stored()
    let steps = stored.gradientSums.count
    let whole = stored.initialParameters()
    let optimizer = try optimizer(name, whole)
    for step in 0..<steps { stored.update(optimizer, step: step) }

    let first = stored.initialParameters()
    let before = try self.optimizer(name, first)
    for step in 0..<steps / 2 { stored.update(before, step: step, cuts: [4]) }
    let second = stored.initialParameters()
    let after = try self.optimizer(name, second)
    second.flat.assign(first.flat)
    for (old, new) in zip(before.stateByParameter, after.stateByParameter) {
      #expect(old.name == new.name)
      new.values.assign(old.values)
    }
    for step in steps / 2..<steps { stored.update(after, step: step, cuts: [9, 16]) }
    #expect(second.flat.elements == whole.flat.elements)
    #expect(after.state.map(\.values.elements) == optimizer.state.map(\.values.elements))
  }

  private func optimizer(_ name: String, _ parameters: ParameterSet) throws -> ChainedOptimizer {
    try #require(cases.first { $0.name == name }).options.optimizer(parameters)
  }
}
