import Synchronization

/// What a person sees while a run trains: a bar that is redrawn on a terminal, a line every few
/// seconds elsewhere (a batch log, or under `mpirun`, where standard error is a pipe).
///
/// Cheap enough to be told of every step: nothing is formatted unless it is drawn. (Not named
/// `Progress`, which is a class of Foundation.)
public final class ProgressDisplay: Sendable {
  /// How progress is shown.
  public enum Mode: Sendable, Equatable {
    /// One line, redrawn.
    case bar
    /// One plain line every so many seconds, and at the end of each epoch.
    case lines(every: Double)
    /// Nothing but errors.
    case quiet

    /// The bar on a terminal that can redraw a line, else plain lines. `NO_COLOR` and `TERM=dumb`
    /// ask for plain lines.
    public static func automatic(
      isTerminal: Bool, environment: [String: String], interval: Double = 10
    ) -> Mode {
      let isPlain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
      let terminal = environment["TERM"] ?? ""
      let canRedraw = isTerminal && !isPlain && terminal != "" && terminal != "dumb"
      return canRedraw ? .bar : .lines(every: interval)
    }
  }

  /// Ten drawings a second look smooth; more only cost time, and flood slow connections.
  private static let redrawInterval = 0.1

  private struct State {
    var shown: Status?
    var latest: Status?
    var lastDrawing: Double
    var barIsDrawn = false
    var isFinished = false
  }

  private let mode: Mode
  private let output: Output
  private let clock: @Sendable () -> Double
  private let state: Mutex<State>

  /// Creates the display of one run. `clock` gives seconds from any start, never backwards.
  public init(
    mode: Mode, output: Output = .standardError,
    clock: @escaping @Sendable () -> Double = ProgressDisplay.uptime
  ) {
    self.mode = mode
    self.output = output
    self.clock = clock
    state = Mutex(State(lastDrawing: clock()))
  }

  /// Tells of a step that is done. Draws it if it is time to, or if it ends an epoch.
  public func update(_ status: Status) {
    state.withLock { state in
      state.latest = status
      if isDue(state, endsEpoch: status.endsEpoch) { draw(&state) }
    }
  }

  /// Whether an update would be drawn now. A loop that allocates nothing a step asks this before it
  /// puts a status together.
  public func isDue(endsEpoch: Bool = false) -> Bool {
    state.withLock { isDue($0, endsEpoch: endsEpoch) }
  }

  private func isDue(_ state: State, endsEpoch: Bool) -> Bool {
    let elapsed = clock() - state.lastDrawing
    return switch mode {
    case .quiet: false
    case .bar: !state.barIsDrawn || elapsed >= Self.redrawInterval
    case .lines(let interval): endsEpoch || elapsed >= interval
    }
  }

  /// Tells of a step that is done; see `Status` for the arguments.
  public func update(
    stage: String? = nil, epoch: Int, epochs: Int, step: Int, steps: Int,
    loss: (name: String, value: Double), metrics: [(name: String, value: Double)] = [],
    samplesPerSecond: Double, eta: Double?, endsEpoch: Bool = false
  ) {
    update(
      Status(
        stage: stage, epoch: epoch, epochs: epochs, step: step, steps: steps, loss: loss,
        metrics: metrics, samplesPerSecond: samplesPerSecond, eta: eta, endsEpoch: endsEpoch))
  }

  /// Shows a line that stays: a checkpoint, an evaluation, a warning.
  public func event(_ text: String) {
    if mode != .quiet { stay(text) }
  }

  /// Shows a line that stays, in every mode.
  public func error(_ text: String) { stay(text) }

  /// Shows the last step, if it has not been shown, and leaves the cursor below it. Nothing is drawn
  /// afterwards except events and errors.
  public func finish() {
    state.withLock { state in
      if mode != .quiet, !state.isFinished, state.shown != state.latest { draw(&state) }
      if state.barIsDrawn { output.write("\n") }
      (state.barIsDrawn, state.isFinished) = (false, true)
    }
  }

  private func stay(_ text: String) {
    state.withLock { state in
      output.write((state.barIsDrawn ? Self.clearLine : "") + text + "\n")
      if state.barIsDrawn { draw(&state) }
    }
  }

  private static let clearLine = "\r\u{1B}[K"

  private func draw(_ state: inout State) {
    guard let status = state.latest, !state.isFinished else { return }
    if mode == .bar {
      // The last column stays free: some terminals wrap as soon as it is filled.
      let line = status.bar(width: output.width() - 1, isUnicode: output.isUnicode)
      output.write(Self.clearLine + line)
      state.barIsDrawn = true
    } else {
      output.write(status.line + "\n")
    }
    state.shown = status
    state.lastDrawing = clock()
  }
}
