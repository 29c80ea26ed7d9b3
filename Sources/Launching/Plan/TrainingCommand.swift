/// What every rank runs: `train` or `sweep` of a configuration.
public struct TrainingCommand: Sendable, Equatable {
  /// Values of one key, each of which is trained in a run directory of its own.
  public struct Sweep: Sendable, Equatable {
    /// `key.subkey=value,value,…`
    public var over: String
    /// The number of values.
    public var count: Int

    /// The values of a sweep.
    public init(over: String, count: Int) {
      (self.over, self.count) = (over, count)
    }
  }

  /// The words before the program, such as `apptainer exec image.sif`.
  public var container: [String]
  /// The path of `swift-dist-train` on the nodes, or in the container.
  public var program: String
  /// The path of the configuration.
  public var configuration: String
  /// `key.subkey=value`, applied on top.
  public var settings: [String]
  /// Where results go: the run directory, or that of the sweep.
  public var runDirectory: String
  /// The values to train instead of one run.
  public var sweep: Sweep?
  /// More words for `train` or `sweep`.
  public var arguments: [String]

  /// What every rank runs.
  public init(
    program: String, configuration: String, runDirectory: String, settings: [String] = [],
    sweep: Sweep? = nil, container: [String] = [], arguments: [String] = []
  ) {
    (self.program, self.configuration, self.settings) = (program, configuration, settings)
    (self.runDirectory, self.sweep) = (runDirectory, sweep)
    (self.container, self.arguments) = (container, arguments)
  }

  /// The words up to the program: the container's and its own.
  public var programWords: [String] { container + [program] }

  /// The words after the program, without the `--task` of an array.
  public var argumentWords: [String] {
    let start = [sweep == nil ? "train" : "sweep", Self.path(configuration)]
    let over = sweep.map { ["--over", $0.over] } ?? []
    let set = settings.flatMap { ["--set", $0] }
    return start + over + ["--run-dir", Self.path(runDirectory)] + set + arguments
  }

  /// All words: `swift-dist-train train run.yaml --run-dir …`.
  public var words: [String] { programWords + argumentWords }

  /// A path that no program takes for an option.
  static func path(_ path: String) -> String {
    path.unicodeScalars.first == "-" ? "./" + path : path
  }
}
