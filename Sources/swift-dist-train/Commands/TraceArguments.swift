import ArgumentParser
import Training

/// What `train` keeps a timeline of.
struct TraceArguments: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Write trace.json, a timeline of all ranks for Perfetto: 20 steps of each epoch, evaluations and checkpoints."
    ))
  var trace = false

  @Option(
    help: ArgumentHelp("A timeline of these steps of the run instead.", valueName: "first-last"))
  var traceSteps: String?

  /// The steps; nil for none.
  var steps: TraceSteps? {
    traceSteps.flatMap { TraceSteps($0) } ?? (trace ? .ofEachEpoch : nil)
  }

  func validate() throws {
    guard let text = traceSteps, TraceSteps(text) == nil else { return }
    throw ValidationError(
      "--trace-steps is '\(text)', but must be steps from 1, such as 101-150; give the first and the last."
    )
  }
}
