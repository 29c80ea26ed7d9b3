import DataParallel
import Datasets
import MessagePassing
import Tensors

/// What a run says before its first step: ranks, hosts, kernels, data.
struct RunIntroduction {
  /// The hosts of all ranks, each once.
  let hosts: [String]
  let coreTypes: [String]
  private let threads: Int
  let library: String

  /// Brings the facts of all ranks together.
  init(_ communicator: Communicator) throws {
    let facts = try communicator.allGather(Array("\(communicator.host)\t\(BLAS.coreType)".utf8))
    let words = facts.map { String(decoding: $0, as: UTF8.self).split(separator: "\t") }
    hosts = Set(words.map { String($0[0]) }).sorted()
    coreTypes = Set(words.map { String($0[1]) }).sorted()
    threads = BLAS.threads
    library = communicator.libraryVersion ?? "no MPI: one process by itself"
  }

  /// The lines, notes of the set-up included.
  func lines(_ setup: RunSetup, ranks: Int) -> [String] {
    let (configuration, data) = (setup.configuration, setup.data)
    let test = data.test.map { "\($0.count) test samples, " } ?? ""
    let place = data.isCached ? "kept in memory" : "streamed"
    return [
      "\(configuration.name): \(counted(ranks, "rank")) on \(hosts.joined(separator: ", ")); "
        + "\(counted(setup.layout.shards, "logical shard")); \(library)",
      "OpenBLAS \(coreTypes.joined(separator: ", ")), \(counted(threads, "thread")) a rank; "
        + "reduction \(configuration.training.reduction.rawValue)"
        + (configuration.training.delay > 0 ? ", updates one step late" : ""),
      "\(data.train.count) training samples of \(data.train.shape.text), \(test)\(place); batch "
        + "\(configuration.training.globalBatch), \(counted(data.plan.stepsPerEpoch, "step")) an epoch",
    ] + warnings + unevenness(configuration.training) + configuration.model.warnings(configuration)
      + setup.notes
  }

  private func unevenness(_ training: RunConfiguration.Training) -> [String] {
    guard training.globalBatch % training.shards != 0 else { return [] }
    return [
      "warning: training.global_batch \(training.globalBatch) is no multiple of training.shards "
        + "\(training.shards): shards differ in size, and the last batches of an epoch are small"
    ]
  }

  private var warnings: [String] {
    guard coreTypes.count > 1 else { return [] }
    return [
      "warning: ranks use different OpenBLAS kernels, so results depend on the number of ranks; set "
        + "OPENBLAS_CORETYPE to one of \(coreTypes.joined(separator: ", ")) everywhere"
    ]
  }

  private func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
