import HDF5
import Tensors

/// Everything a run needs to go on: parameters, optimizer, chains, and the place in the plan.
public struct Checkpoint: Sendable {
  /// A named array of Float32.
  public struct NamedArray: Sendable, Equatable {
    /// The path in the file, such as `/parameters/weights`.
    public let path: String
    /// The sizes of the axes.
    public let shape: [Int]
    /// The elements, row-major.
    public let values: [Float]
  }

  /// The place of a run: the update that comes next.
  public struct Position: Sendable, Equatable {
    /// The entry of the curriculum.
    public var stage: Int
    /// The epoch of the stage, from 0.
    public var epoch: Int
    /// The step of the epoch, from 0.
    public var stepInEpoch: Int
    /// The number of updates of the whole run that are done.
    public var step: Int
    /// Whether the evaluation of the epoch before is still to be made: the run was stopped before it.
    public var owesEvaluation = false

    /// A place.
    public init(stage: Int = 0, epoch: Int = 0, stepInEpoch: Int = 0, step: Int = 0) {
      self.stage = stage
      self.epoch = epoch
      self.stepInEpoch = stepInEpoch
      self.step = step
    }
  }

  /// The best evaluation so far.
  public struct Best: Sendable, Equatable {
    /// The value's name.
    public let name: String
    /// The value.
    public let value: Double
    /// The number of updates after which it was measured.
    public let step: Int
  }

  /// The version of the file format. A reader refuses others.
  public static let formatVersion = 1

  /// All arrays.
  public var arrays: [NamedArray]
  /// Metric sums of the interval under way, [shards, values].
  public var metricSums: [Double]
  /// The evaluations of the stage so far that decide how it goes on, by the name of the value.
  public var evaluations: [String: [Double]]
  /// Where to go on.
  public var position: Position
  /// The best evaluation of the stage so far, if there was one.
  public var best: Best?
  /// The version of the program that wrote it.
  public var program: String
  /// The model family.
  public var family: String
  /// The resolved configuration, YAML.
  public var configuration: String
  /// The training data's fingerprint.
  public var dataset: String
  /// The shape of a sample: channels, height, width.
  public var sampleShape: [Int]
  /// The digest of the parameters (`parameterDigest`).
  public var digest: String

  /// A checkpoint.
  public init(
    arrays: [NamedArray], metricSums: [Double], evaluations: [String: [Double]] = [:],
    position: Position, best: Best?, program: String, family: String, configuration: String,
    dataset: String, sampleShape: [Int], digest: String
  ) {
    self.arrays = arrays
    self.metricSums = metricSums
    self.evaluations = evaluations
    self.position = position
    self.best = best
    self.program = program
    self.family = family
    self.configuration = configuration
    self.dataset = dataset
    self.sampleShape = sampleShape
    self.digest = digest
  }

  /// The array at a path, if there is one.
  public subscript(path: String) -> NamedArray? {
    arrays.first { $0.path == path }
  }
}

/// A checkpoint that cannot be used: one line.
public struct CheckpointError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The line.
  public let description: String

  /// An error of one line.
  public init(_ description: String) {
    self.description = description
  }
}
