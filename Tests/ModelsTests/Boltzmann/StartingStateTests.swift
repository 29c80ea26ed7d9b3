import Foundation
import Tensors
import Testing

@testable import Models

@Suite("States that chains start from")
struct StartingStateTests {
  @Test("Gaussian units are of variance 1, and half of the others are on")
  func moments() {
    for kind in [UnitKind.gaussian(.unit), .bernoulli] {
      let machine = RestrictedBoltzmannMachine(visible: 5, hidden: 2, visibleUnits: kind)
      let values = GibbsSampler(machine, chains: 0..<4000, seed: 1).samples.elements.map(
        Double.init)
      let mean = values.reduce(0, +) / 20_000
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
      let expected = kind.isGaussian ? (0.0, 1.0) : (0.5, 0.25)
      #expect(abs(mean - expected.0) < 0.03, "\(kind): \(mean)")
      #expect(abs(variance - expected.1) < 0.05, "\(kind): \(variance)")
    }
  }
}
