import DataParallel
import MessagePassing
import Objectives
import Tensors

/// Ranks that hold other numbers than the others: one line, the same on every rank.
public struct ReplicaError: Error, CustomStringConvertible, Sendable {
  /// The line.
  public let description: String
  /// The lowest of the ranks that differ.
  let rank: Int
  let host: String
  /// The number of updates after which they were compared.
  let step: Int
}

extension TrainingRun {
  /// What compares the parameters of all stages so far, and what else is the same on every rank; nil where
  /// there is nobody to compare with, or it is switched off.
  func makeReplicaCheck(_ stage: Stage) throws -> ReplicaCheck? {
    guard communicator.size > 1, configuration.robustness.sentinelEverySteps > 0 else { return nil }
    let sets = finished + [stage.objective.parameters]
    let states = finishedStates + stage.objective.replicatedState
    let arrays =
      sets.flatMap { set in set.layout.slices.map { ($0.name, set[$0.name]) } }
      + states.map { ($0.name, $0.values) }
    return try ReplicaCheck(arrays, communicator: communicator)
  }

  /// Compares every so many updates.
  func checkReplicasIfDue() throws {
    guard let replicas, position.step % configuration.robustness.sentinelEverySteps == 0 else {
      return
    }
    try check(replicas)
  }

  /// - Throws: `ReplicaError`, on every rank.
  func check(_ replicas: ReplicaCheck) throws {
    guard let difference = try replicas.run() else { return }
    let hosts = try communicator.allGather(Array(communicator.host.utf8)).map {
      String(decoding: $0, as: UTF8.self)
    }
    reporter?.finish()
    let first = difference.ranks[0]
    throw ReplicaError(
      description: words(difference, hosts), rank: first, host: hosts[first], step: position.step)
  }

  private func words(_ difference: ReplicaCheck.Difference, _ hosts: [String]) -> String {
    let names = difference.ranks.map { "\($0) (\(hosts[$0]))" }.joined(separator: ", ")
    let isMinority = 2 * difference.ranks.count < communicator.size
    let who =
      isMinority
      ? "\(difference.ranks.count == 1 ? "rank" : "ranks") \(names) and the other ranks"
      : "ranks \(names)"
    let saved = lastCheckpoint.map { "the checkpoint of step \($0) is good" }
    return
      "\(who) hold different numbers in \(difference.name) at step \(position.step), where all must be "
      + "equal: memory or a message is damaged; \(saved ?? "there is no checkpoint yet"); run it again"
      + (isMinority ? " without that host" : "")
      + (configuration.training.reduction == .fast
        ? ", or with training.reduction: reproducible" : "")
  }
}
