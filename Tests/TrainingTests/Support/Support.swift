import DataParallel
import Datasets
import Foundation
import HDF5
import MessagePassing
import Objectives
import Tensors
import Testing
import Training

/// The one line that `body` fails with; records an issue when it does not fail.
func message<T>(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> T
) -> String {
  do {
    _ = try body()
    Issue.record("no error was thrown", sourceLocation: sourceLocation)
    return ""
  } catch {
    #expect(!"\(error)".contains("\n"), sourceLocation: sourceLocation)
    return "\(error)"
  }
}

/// The shortest configuration of a run.
let shortest = "data: {train: {file: a.h5}}\nmodel: {family: rbm, hidden: 3}\n"

/// A configuration from a text and settings on top.
func configuration(
  _ text: String = shortest, _ settings: String..., families: FamilyRegistry = .standard
) throws -> RunConfiguration {
  try RunConfiguration(text: text, file: "run.yaml", settings: settings, families: families)
}

/// Writes `/train/images` and `/test/images` [N, D] of Float32.
func writeSamples(_ path: String, train: [[Float]], test: [[Float]] = []) throws {
  try File.creatingAtomically(path) { file in
    for (name, rows) in [("train", train), ("test", test)] where !rows.isEmpty {
      try file.write(
        "/\(name)/images", shape: [rows.count, rows[0].count], values: rows.flatMap { $0 })
    }
  }
}

/// All samples of a loader's epoch by their place in the dataset, with labels.
func visits(_ loader: BatchLoader, epoch: Int = 0) throws -> [(id: Int, label: Int, row: [Float])] {
  var seen: [(id: Int, label: Int, row: [Float])] = []
  loader.begin(epoch: epoch)
  for step in 0..<loader.plan.stepsPerEpoch {
    try loader.load(stepInEpoch: step, step: step)
    for shard in loader.batch.shards {
      for row in 0..<shard.rows {
        let values = shard.samples.rows(row..<row + 1).elements
        seen.append((Int(shard.ids[row]), Int(shard.labels[row]), values))
      }
    }
  }
  return seen
}
