import Synchronization

/// What a person sees while a run trains: a bar that is redrawn on a terminal, a line every few
/// seconds elsewhere (a batch log), or the same as JSON.
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
    /// The same as JSON.
    case json(every: Double)
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

  struct State {
    var shown: Status?
    var latest: Status?
    var lastDrawing: Double
    var marks = ProgressMarks()
    var activity: (kind: Activity, since: Double)?
    /// The width that the bar was drawn for, and the activity that it showed; nil without a bar.
    var drawn: (width: Int, activity: String?)?
    /// Whether the run is about to end: no more bars.
    var isEnding = false
  }

  let mode: Mode
  let output: Output
  let clock: @Sendable () -> Double
  let state: Mutex<State>

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

  /// Whether it draws a bar.
  public var isBar: Bool { mode == .bar }

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
    case .bar: state.drawn == nil || elapsed >= Self.redrawInterval
    case .lines(let interval), .json(let interval): endsEpoch || elapsed >= interval
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

  /// Shows a line that stays: an evaluation, a warning.
  public func event(_ text: String) { event(Message(line: text)) }

  /// Shows a line that stays.
  public func event(_ message: Message) {
    if mode != .quiet { stay(message) }
  }

  /// Shows what only programs want to know.
  public func tell(_ message: Message) {
    if case .json = mode { stay(message) }
  }

  /// Shows a line that stays, in every mode.
  public func error(_ text: String) { stay(Message(line: text)) }

  /// Shows the last step, if it has not been shown, and leaves the cursor below it: a stage ends, or the run.
  /// Nothing is drawn until there is another step, except events and errors.
  public func finish() {
    state.withLock { state in
      state.activity = nil
      let isStale = state.shown != state.latest || state.drawn != nil
      if mode != .quiet, isStale { draw(&state) }
      if state.drawn != nil, output.isReady() { output.write("\n") }
      (state.drawn, state.latest, state.shown) = (nil, nil, nil)
      output.showsBar(false)
    }
  }

  private func stay(_ message: Message) {
    state.withLock { state in
      if case .json = mode { return output.write(message.json(rank: 0) + "\n") }
      // Files and pipes get UTF-8, whatever the locale.
      let line = message.line.harmless(isUnicode: output.isUnicode || mode != .bar)
      output.write((state.drawn != nil ? Self.clear : "") + line + "\n")
      if state.drawn != nil { draw(&state) }
    }
  }

  func draw(_ state: inout State) {
    guard let status = state.latest else { return }
    switch mode {
    case .bar: drawBar(status, &state)
    case .json: output.write(status.message.json(rank: 0) + "\n")
    case .lines, .quiet: output.write(status.line.harmless() + "\n")
    }
    state.shown = status
    state.lastDrawing = clock()
  }
}
