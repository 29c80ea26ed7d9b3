import MessagePassing
import Optimizers
import Tensors

/// What optimizers keep, where each rank updates its part of the parameters.
extension StageTrainer {
  /// Brings what the optimizers keep from the owners to rank 0. Every rank calls this.
  func gatherOptimizerState(_ communicator: Communicator) throws {
    for (destination, optimizer) in zip(destinations, optimizers) {
      guard let owners = destination.owners else { continue }
      let first = optimizer.slices.first?.offset ?? 0
      let places = first..<(optimizer.slices.last?.range.upperBound ?? first)
      let parts = owners.parameters.map { $0.map { $0.clamped(to: places) } }
      for state in optimizer.state {
        let own = parts[communicator.rank].joined().map { state.values.pointer[$0 - first] }
        let all = try own.withUnsafeBufferPointer { try communicator.gather($0) }
        guard communicator.rank == 0 else { continue }
        var next = all.startIndex
        for place in parts.joined().joined() {
          state.values.pointer[place - first] = all[next]
          next += 1
        }
      }
    }
  }
}
