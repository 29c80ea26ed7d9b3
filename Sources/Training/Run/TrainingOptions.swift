/// What the command line says about a training run.
public struct TrainingOptions: Sendable {
  /// Where a run starts.
  public enum Resume: Sendable, Equatable {
    /// At the newest whole checkpoint of the run directory, or from the beginning.
    case auto
    /// From the beginning; older checkpoints of the run directory are removed.
    case never
    /// At a checkpoint.
    case path(String)
  }

  /// The configuration file.
  public var configuration: String
  /// `key.subkey=value`, applied on top.
  public var settings: [String]
  /// Where to start.
  public var resume: Resume
  /// The run directory; nil is `runs/<name>`.
  public var runDirectory: String?
  /// Whether to print errors and nothing else.
  public var isQuiet: Bool
  /// The steps of which a timeline is kept; nil keeps none.
  public var trace: TraceSteps?
  /// The model families that the configuration may name.
  public var families: FamilyRegistry

  /// Options.
  public init(
    configuration: String, settings: [String] = [], resume: Resume = .auto,
    runDirectory: String? = nil, isQuiet: Bool = false, trace: TraceSteps? = nil,
    families: FamilyRegistry = .standard
  ) {
    self.configuration = configuration
    self.settings = settings
    self.resume = resume
    self.runDirectory = runDirectory
    self.isQuiet = isQuiet
    self.trace = trace
    self.families = families
  }
}
