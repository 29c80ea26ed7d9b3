import Synchronization

extension ProgressDisplay {
  /// Clears the bar. The cursor always stands at its first column, so that this holds also where the
  /// terminal has become narrower, and has broken the bar into several lines: all are below the cursor.
  static let clear = "\r\u{1B}[J"

  /// Draws the bar over the one before, and puts the cursor back to its first column.
  ///
  /// Line wrapping is off meanwhile (DECAWM): where the window shrinks just now, the bar is cut and does
  /// not run on in the next line, where nobody would clear it.
  func drawBar(_ status: Status, _ state: inout State) {
    // A bar that would have to wait, for a stopped terminal or a slow connection, is not worth it.
    guard !state.isEnding, output.isReady() else { return }
    let activity = activityText(state)
    // The last column stays free: some terminals wrap as soon as it is filled.
    let width = output.width()
    let line = status.bar(
      width: width - 1, isUnicode: output.isUnicode, marks: state.marks, activity: activity)
    output.showsBar(true)
    output.write("\r\u{1B}[?7l" + line + "\u{1B}[?7h\u{1B}[J\r")
    state.drawn = (width, activity)
  }

  /// Such as "evaluating 12 s".
  private func activityText(_ state: State) -> String? {
    state.activity.map { kind, since in
      let seconds = max(0, clock() - since)
      let time = seconds < 59.5 ? "\(Int(seconds.rounded(.down))) s" : Format.duration(seconds)
      return "\(kind.rawValue) \(time)"
    }
  }

  /// What a run does between steps.
  public enum Activity: String, Sendable {
    /// It measures the model, and draws pictures.
    case evaluation = "evaluating"
    /// It writes a checkpoint.
    case checkpoint
  }

  /// Tells that training pauses for something, which the bar says at once, and other output after an interval.
  public func begin(_ activity: Activity) {
    state.withLock { state in
      state.activity = (activity, clock())
      if state.drawn != nil { draw(&state) }
    }
  }

  /// Tells that training goes on.
  /// - Parameter step: where the bar gets a mark for what was done; nil where it was not.
  public func end(_ activity: Activity, step: Int?) {
    state.withLock { state in
      if let step, let steps = state.latest?.steps {
        state.marks.add(activity, step: step, of: steps)
      }
      state.activity = nil
      if state.drawn != nil { draw(&state) }
    }
  }

  /// Leaves the bar as it is, with the cursor below it, and draws no other: the run was asked to end, and a launcher
  /// may not give it the time to do so in good order.
  public func leaveBar() {
    state.withLock { state in
      guard mode == .bar, !state.isEnding else { return }
      if state.drawn != nil { output.write("\n") }
      (state.drawn, state.isEnding) = (nil, true)
      output.showsBar(false)
    }
  }

  /// Draws what has changed without a step: the window's width, or the seconds of an activity. A thread
  /// calls this several times a second.
  public func tick() {
    state.withLock { state in
      switch mode {
      case .quiet: break
      case .bar:
        guard let drawn = state.drawn,
          output.width() != drawn.width || activityText(state) != drawn.activity
        else { return }
        draw(&state)
      case .lines(let interval), .json(let interval): tellActivity(&state, interval)
      }
    }
  }

  private func tellActivity(_ state: inout State, _ interval: Double) {
    guard let text = activityText(state), let since = state.activity?.since,
      clock() - max(since, state.lastDrawing) >= interval,
      // Who waits here holds up whoever trains. The next tick tells it.
      output.isReady()
    else { return }
    let seconds = JSONValue.double((clock() - since).rounded())
    let message = Message(
      text, event: .progress,
      fields: ["activity": .string(state.activity!.kind.rawValue), "seconds": seconds])
    if case .json = mode {
      output.write(message.json(rank: 0) + "\n")
    } else {
      output.write(message.line + "\n")
    }
    state.lastDrawing = clock()
  }
}
