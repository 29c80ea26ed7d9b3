import Datasets
import MessagePassing
import Objectives
import Tensors

/// What to complete.
public struct CompletionOptions: Sendable {
  /// The part of samples that is hidden.
  public var occlusion: Occlusion
  /// The number of samples, from the first of the test set on.
  public var count: Int
  /// The number of completions of each.
  public var completions: Int
  /// The number of sweeps of a chain.
  public var sweeps: Int
  /// What the draws are keyed by.
  public var seed: UInt64

  /// What to complete.
  public init(
    _ occlusion: Occlusion, count: Int, completions: Int = 5, sweeps: Int = 1000, seed: UInt64 = 1
  ) {
    self.occlusion = occlusion
    (self.count, self.completions) = (count, completions)
    (self.sweeps, self.seed) = (sweeps, seed)
  }
}

/// Samples, what was seen of them, and what the model made of that.
public struct CompletedSamples {
  /// [n, visible].
  public let originals: Tensor
  /// Whether each value was seen, [visible].
  public let seen: [Bool]
  /// One [n, visible] for each completion.
  public let completions: [Tensor]

  /// The originals with one grey, between all values, in the place of what was hidden: one grey of the file's
  /// scale, where samples were standardised with moments.
  func occluded(_ moments: (mean: Tensor, inverseDeviation: Tensor)?) -> Tensor {
    let values = Tensor(shape: originals.shape, elements: originals.elements)
    func stored(_ place: Int) -> Float {
      let (i, value) = (place % seen.count, values.pointer[place])
      guard let moments, moments.inverseDeviation.pointer[i] != 0 else { return value }
      return value / moments.inverseDeviation.pointer[i] + moments.mean.pointer[i]
    }
    let all = (0..<values.count).map(stored)
    let grey = ((all.min() ?? 0) + (all.max() ?? 1)) / 2
    for place in 0..<values.count where !seen[place % seen.count] {
      let i = place % seen.count
      values.pointer[place] =
        moments.map { (grey - $0.mean.pointer[i]) * $0.inverseDeviation.pointer[i] } ?? grey
    }
    return values
  }
}

extension TrainedModel {
  /// Completes the first test samples on all ranks; rank 0 gets them, others nothing. Completion c of sample
  /// s is the chain c · count + s.
  public func complete(_ options: CompletionOptions) throws -> CompletedSamples? {
    guard let completer = stage.completer else {
      throw refusal("a model of family \(checkpoint.family) at this stage cannot complete samples")
    }
    guard let seen = options.occlusion.seen(shape) else {
      throw refusal(
        "--occlude must hide a part of a sample of \(shape.text), and leave another to be seen")
    }
    let originals = try examples(options.count)
    let chains = options.count * options.completions
    let groups = (chains + Self.group - 1) / Self.group
    var own: [Float] = []
    for group in part(communicator.rank, of: communicator.size, in: groups) {
      let range = group * Self.group..<(group + 1) * Self.group
      let request = SampleRequest(
        chains: range, start: rows(range, of: originals), sweeps: options.sweeps,
        seed: options.seed)
      own += completer(request, seen).elements
    }
    let all = try own.withUnsafeBufferPointer { try communicator.gather($0) }
    guard communicator.rank == 0 else { return nil }
    let width = shape.count
    return CompletedSamples(
      originals: originals, seen: seen,
      completions: (0..<options.completions).map { completion in
        let first = completion * options.count * width
        return Tensor(
          shape: [options.count, width],
          elements: Array(all[first..<first + options.count * width]))
      })
  }

  /// Writes a picture: samples, what was seen of them, and a row for each completion.
  public func write(_ completed: CompletedSamples, to path: String) throws {
    let rows = [completed.originals, completed.occluded(moments)] + completed.completions
    let names = ["sample", "seen"] + completed.completions.indices.map { "model \($0 + 1)" }
    try write(
      Picture(
        name: "completions", title: "Completions of \(completed.originals.shape[0]) samples",
        rows: rows, labels: names, values: pictureValues), to: path)
  }
}
