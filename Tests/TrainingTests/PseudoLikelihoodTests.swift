import Foundation
import HDF5
import Objectives
import Tensors
import TestSupport
import Testing

@testable import Models

@Suite("Stochastic pseudo-likelihood")
struct PseudoLikelihoodTests {
  /// scikit-learn's own score of digits, with the flips that it has drawn.
  @Test("Given the flips, that of scikit-learn's score_samples")
  func scikitLearn() throws {
    guard Python.isReady() else { return }
    let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Python.call(
      """
      from sklearn.datasets import load_digits
      from sklearn.neural_network import BernoulliRBM
      x = (load_digits().data / 16 > .5).astype('f4')
      r = BernoulliRBM(n_components=20, n_iter=3, random_state=0).fit(x)
      for k in ('components_', 'intercept_hidden_', 'intercept_visible_'):
          setattr(r, k, getattr(r, k).astype('f4').astype('f8'))
      x = x[:100]
      flips = np.random.RandomState(7).randint(0, 64, 100)
      with h5py.File(args[0], 'w') as f:
          f['w'], f['b'], f['c'] = r.components_, r.intercept_hidden_, r.intercept_visible_
          f['x'], f['flips'] = x, flips
          f['scores'] = r.set_params(random_state=7).score_samples(x.astype('f8'))
      """, path)
    let file = try File(reading: path)
    func floats(_ name: String) throws -> [Float] { try file.dataset(name).readAll(as: Float.self) }
    let machine = RestrictedBoltzmannMachine(visible: 64, hidden: 20)
    machine.parameters["weights"].assign(Tensor(shape: [20, 64], elements: try floats("w")))
    machine.parameters["hidden_bias"].assign(Tensor(shape: [20], elements: try floats("b")))
    machine.parameters["visible_bias"].assign(Tensor(shape: [64], elements: try floats("c")))
    let x = Tensor(shape: [100, 64], elements: try floats("x"))
    let activations = Tensor(100, 20)
    machine.hiddenFields(x, nil, into: activations)
    let (flips, scores) = (try floats("flips"), try file.dataset("scores").readAll(as: Double.self))
    let pseudo = PseudoLikelihood(machine)
    for row in 0..<100 {
      for j in 0..<20 { activations.pointer[row * 20 + j] += machine.hiddenBias.pointer[j] }
      let found = pseudo.stochastic(
        x.pointer + row * 64, activations.pointer + row * 20, units: [Int(flips[row])])
      #expect(abs(found - scores[row]) < 1e-5 * max(1, abs(scores[row])), "\(found)")
    }
  }

  /// All units once, or many draws.
  @Test("On average the exact one, of grey samples too")
  func average() {
    let machine = RestrictedBoltzmannMachine(visible: 12, hidden: 5)
    machine.initialize(seed: 3, deviation: 1)
    let x = Tensor(1, 12)
    RandomStream(seed: 4, purpose: .sampling).uniform(item: 0, into: x.buffer)
    let activation = Tensor(1, 5)
    machine.hiddenFields(x, nil, into: activation)
    var pseudo = PseudoLikelihood(machine)
    pseudo.prepare()
    let exact = pseudo.exact(x.pointer, activation.pointer)
    let all = pseudo.stochastic(x.pointer, activation.pointer, units: Array(0..<12))
    #expect(abs(all - exact) < 1e-5 * abs(exact))
    let terms = (0..<12).map {
      pseudo.stochastic(x.pointer, activation.pointer, units: [$0])
    }
    let evaluator = RBMEvaluator(
      machine, options: .init(pseudoLikelihood: .stochastic(flips: 4)), seed: 5)
    let units = (0..<5000).flatMap { evaluator.units(of: UInt32($0), 4) }
    #expect(Set(units) == Set(0..<12))
    let drawn = units.reduce(0) { $0 + terms[$1] } / Double(units.count)
    let variance = terms.reduce(0) { $0 + ($1 - exact) * ($1 - exact) } / 12
    #expect(abs(drawn - exact) < 4 * (variance / Double(units.count)).squareRoot())
    #expect(evaluator.units(of: 9, 4) == evaluator.units(of: 9, 4))
  }
}
