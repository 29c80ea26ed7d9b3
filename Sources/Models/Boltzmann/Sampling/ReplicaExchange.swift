import Foundation

/// Exchanges of states between replicas at neighbouring inverse temperatures β.
///
/// At β a machine has the energy −(what the visible units add by themselves) − β G, G = hᵀ(Wu + b): of the
/// weights and hidden biases there is β times as much, while visible biases, and the noise of Gaussian units,
/// stay. So β = 0 has independent visible units of biases c.
/// Source: Geyer, "Markov chain Monte Carlo maximum likelihood", 1991.
enum ReplicaExchange {
  /// Offers an exchange to every other pair of neighbours, even and odd pairs in turn; the Metropolis rule
  /// takes it with probability min(1, exp((β − β′)(G′ − G))), in Float64.
  /// - Parameters:
  ///   - step: says whose turn it is.
  ///   - betas: of all places, [places].
  ///   - draws: uniform in [0, 1), one for each pair.
  ///   - interaction: G of the state that is at a place now.
  ///   - answer: is told of every pair that was offered an exchange, by its first place, and exchanges the
  ///     states where it is taken.
  static func offer(
    step: Int, betas: [Float], draws: UnsafeMutableBufferPointer<Float>,
    interaction: (_ place: Int) -> Double, answer: (_ place: Int, _ isTaken: Bool) -> Void
  ) {
    for place in stride(from: step & 1, to: betas.count - 1, by: 2) {
      let gain = interaction(place + 1) - interaction(place)
      let logRatio = Double(betas[place] - betas[place + 1]) * gain
      answer(place, logRatio >= 0 || Double(draws[place]) < exp(logRatio))
    }
  }
}
