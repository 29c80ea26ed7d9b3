import Foundation
import Reporting
import TensorBoard

/// What TensorBoard shows of a run. Rank 0 has one, unless the configuration says no.
///
/// Tags: `train/loss`, `evaluation/loss`, `pictures/samples`, `parameters/weights`, `gradients/weights`. Where a
/// model trains in several stages, the stage's name stands before.
final class RunBoard: Sendable {
  private let log: EventLog
  private let namesStages: Bool

  /// - Parameters:
  ///   - step: the step of the checkpoint that the run goes on from; nil at its beginning.
  ///   - warn: told of trouble, once, from another thread.
  init(
    _ directory: RunDirectory, _ configuration: RunConfiguration, resumedAt step: Int?,
    warn: @escaping @Sendable (String) -> Void
  ) {
    namesStages = configuration.model.curriculum.count > 1
    let now = Date().timeIntervalSince1970
    log = EventLog(
      folder: directory.tensorBoard, restartingAt: step.map { $0 + 1 },
      introduction: [
        LoggedEvent(step: 0, time: now, .sessionStart(Self.hyperParameters(configuration))),
        LoggedEvent(
          step: step ?? 0, time: now, .text(tag: "configuration", Self.page(configuration))),
      ], warn: warn)
  }

  private static let unimportant =
    observingKeys + [
      "checkpoint", "data.cache", "data.memory", "training.log_every_steps", "evaluation.pictures",
      "evaluation.picture_share",
    ]

  /// All that a result may depend on, and what it is measured on.
  private static func hyperParameters(_ configuration: RunConfiguration) -> [(
    name: String, value: HyperParameter
  )] {
    flattened(configuration.resolved).sorted { $0.key < $1.key }
      .filter { !isBelow(unimportant, $0.key) }
      .map { ($0.key, HyperParameter($0.value)) }
  }

  /// Markdown shows lines that begin with four spaces as they are.
  private static func page(_ configuration: RunConfiguration) -> String {
    configuration.yaml.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
  }

  private func tag(_ stage: String, _ group: String, _ name: String) -> String {
    (namesStages ? "\(stage)/" : "") + "\(group)/\(name)"
  }

  /// A line of metrics.jsonl.
  func record(
    _ kind: String, stage: String, step: Int, time: Double,
    _ values: [(name: String, value: Double)]
  ) {
    let scalars = values.map { (tag: tag(stage, kind, $0.name), value: $0.value) }
    log.log(LoggedEvent(step: step, time: time, .scalars(scalars)))
  }

  /// PNG files, named `<name>-step-00001234.png`.
  func show(pictures paths: [String], stage: String, step: Int) {
    for path in paths {
      let file = URL(fileURLWithPath: path).lastPathComponent
      let name = file.split(separator: "-step-").first.map(String.init) ?? file
      log.log(
        LoggedEvent(
          step: step, time: Date().timeIntervalSince1970,
          .picture(tag: tag(stage, "pictures", name), path: path)))
    }
  }

  /// Histograms of a group, such as `parameters`.
  func show(
    _ group: String, _ histograms: [(name: String, histogram: Histogram)], stage: String, step: Int
  ) {
    for (name, histogram) in histograms {
      log.log(
        LoggedEvent(
          step: step, time: Date().timeIntervalSince1970,
          .histogram(tag: tag(stage, group, name), histogram)))
    }
  }

  /// Writes what waits, before a checkpoint.
  func flush() { log.flush() }

  /// Writes what waits, at the end.
  /// - Parameter result: what the run came to.
  func close(_ result: Result<ExitStatus, any Error>) {
    switch result {
    case .success(.done): log.close(.success)
    // It will go on.
    case .success: log.close(nil)
    case .failure: log.close(.failure)
    }
  }
}
