import Tensors

/// The numbers of rows of the two phases.
struct LearningSpaceKey: Hashable {
  let positive: Int
  let negative: Int
}

/// Buffers of one shard's step.
final class LearningSpace {
  let key: LearningSpaceKey
  let values: PhaseValues
  let data: Tensor
  let chain: Tensor
  let dataHidden: Tensor
  let chainHidden: Tensor
  /// Samples of h that drive the next x: of the data, and of the chains.
  let drivers: Tensor
  let chainDrivers: Tensor
  /// The means of x given h after the first sweep and after later ones, [negative, visible].
  let firstMeans: Tensor
  let laterMeans: Tensor
  /// The means of x given the data's h, [positive, visible], where no chain starts there.
  let reconstruction: Tensor
  /// A number for each row of both phases.
  let rowFactors: Tensor

  /// - Parameter startsAtData: whether the chains' first sweep is the data's reconstruction.
  init(_ key: LearningSpaceKey, _ machine: RestrictedBoltzmannMachine, startsAtData: Bool) {
    self.key = key
    values = PhaseValues(machine, positive: key.positive, negative: key.negative)
    (data, dataHidden) = values.data
    (chain, chainHidden) = values.chain
    drivers = Tensor(key.positive, machine.hidden)
    chainDrivers = startsAtData ? drivers : Tensor(key.negative, machine.hidden)
    firstMeans = Tensor(key.negative, machine.visible)
    laterMeans = Tensor(key.negative, machine.visible)
    reconstruction = startsAtData ? firstMeans : Tensor(key.positive, machine.visible)
    rowFactors = Tensor(key.positive + key.negative)
  }
}
