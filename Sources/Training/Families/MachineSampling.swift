import Models
import Tensors

extension RestrictedBoltzmannMachine {
  /// Draws by Gibbs chains, with replicas at several temperatures where the request asks for them.
  var sampler: Stage.Sampler {
    { request in
      guard request.temperatures > 1 else {
        let sampler = GibbsSampler(self, chains: request.chains, seed: request.seed)
        if let start = request.start { sampler.start(at: start) }
        return sampler.run(steps: 0..<request.sweeps)
      }
      let sampler = TemperedSampler(
        self, chains: request.chains, temperatures: request.temperatures, seed: request.seed)
      if let start = request.start { sampler.start(at: start) }
      let samples = sampler.run(steps: 0..<request.sweeps)
      request.reportExchanges(sampler.exchanges)
      return samples
    }
  }

  /// Completes by Gibbs chains whose known values stay.
  var completer: Stage.Completer {
    { request, isKnown in
      Completion(
        self, samples: request.start!, isKnown: isKnown, chains: request.chains,
        seed: request.seed
      ).run(sweeps: request.sweeps)
    }
  }
}
