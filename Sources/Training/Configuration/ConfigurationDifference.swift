import Yams

/// Which settings of two resolved configurations differ in what a result depends on.
///
/// A run may go on with more epochs, other file names, another memory budget or another rhythm of
/// checkpoints; it may not go on with another model, optimizer, batch or seed. Where evaluations decide
/// how it goes on, it may not be evaluated otherwise either. What is `null` is as good as not there.
func differencesThatMatter(_ old: Node, _ new: Node) -> [String] {
  let before = flattened(old)
  let after = flattened(new)
  let isDecided = after.keys.contains { key in
    decisionKeys.contains { key.hasPrefix($0) }
  }
  let isMachine = [before, after].allSatisfy { $0["model.family"] == "rbm" }
  return Set(before.keys).union(after.keys).sorted().compactMap { key in
    let measures = isMachine && isBelow(machineKeys, key)
    let judges = measures || evaluationKeys.contains(key)
    guard before[key] != after[key], !(isFree(key) || measures) || isDecided && judges
    else { return nil }
    return "\(key) was \(before[key] ?? "not set") and is now \(after[key] ?? "not set")"
  }
}

private let freeKeys =
  [
    "name", "data.train.file", "data.train.files", "data.test", "data.memory", "data.cache",
    "training.epochs", "training.steps", "training.log_every_steps", "checkpoint", "evaluation",
  ] + observingKeys

/// How a run looks after itself and what it shows of itself.
let observingKeys = ["watchdog", "sentinel", "deadline", "reporting"]

private let decisionKeys = ["optimizer.plateau", "training.early_stopping"]

/// What evaluations are made of. Their files may move, as those of training may.
private let evaluationKeys: Set = [
  "evaluation.every_epochs", "evaluation.batch_norm", "evaluation.standing_batches",
  "data.test.images", "data.test.labels", "data.test.layout",
]

/// What evaluations of a restricted Boltzmann machine measure.
private let machineKeys = RBMEvaluationSettings.keys.map { "model." + $0 }

private func isFree(_ key: String) -> Bool { isBelow(freeKeys, key) }

/// Whether a key is one of some keys, or below one.
func isBelow(_ keys: [String], _ key: String) -> Bool {
  keys.contains { key == $0 || key.hasPrefix($0 + ".") }
}

/// The values of a configuration by their keys, such as `model.hidden`; what is `null` is left out.
func flattened(_ node: Node, _ path: String = "") -> [String: String] {
  if let mapping = node.mapping {
    return mapping.reduce(into: [:]) { all, pair in
      let key = pair.key.scalar?.string ?? "?"
      all.merge(flattened(pair.value, path.isEmpty ? key : "\(path).\(key)")) { $1 }
    }
  }
  if let items = node.sequence {
    let words = items.map { flattened($0)[""] ?? "?" }
    return [path: "[\(words.joined(separator: ", "))]"]
  }
  guard !node.isNull else { return [:] }
  // 0.10 and 0.1 are one number.
  let text = node.scalar?.string ?? ""
  return [path: Double(text).map { plainText($0) } ?? text]
}
