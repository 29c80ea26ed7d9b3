/// How a run is doing, as far as its files tell.
enum RunCondition: Equatable, Sendable {
  /// It gave a sign of life a short while ago.
  case running
  /// It was running, and has not given a sign of life for so many seconds.
  case silent(seconds: Double)
  /// It is complete.
  case finished
  /// It was stopped by a signal, or before the end of its job's time, and can go on.
  case stopped(reason: String)
  /// It failed.
  case failed(reason: String)
  /// Its files do not tell.
  case unknown

  /// How old the last sign of life of a run may be: a run gives one every few seconds, and a shared file system
  /// may show it a minute later.
  static let patience = 120.0

  /// What files say of a run.
  struct Evidence {
    /// `state` and `reason` of progress.json.
    var state: String?
    var reason: String?
    /// `reason` of failure.json.
    var failure: String?
    /// What the file `stopped` holds.
    var stop: String?
    /// Whether the log ends as that of a complete run.
    var hasDigest = false
    /// Seconds since any file of the run has changed.
    var age: Double?
  }

  init(_ evidence: Evidence) {
    // Both go when the run is started again.
    if let reason = evidence.failure {
      self = .failed(reason: reason)
    } else if let reason = evidence.stop {
      self = .stopped(reason: reason)
    } else if evidence.state == "finished" {
      self = .finished
    } else if evidence.state == "failed" {
      self = .failed(reason: evidence.reason ?? "see train.log")
    } else if evidence.state == nil, evidence.hasDigest {
      self = .finished
    } else if let age = evidence.age {
      self = age < Self.patience ? .running : .silent(seconds: age)
    } else {
      self = .unknown
    }
  }

  /// For people.
  var text: String {
    switch self {
    case .running: "running"
    case .silent(let seconds): "no sign of life for \(Self.span(seconds))"
    case .finished: "finished"
    case .stopped("time"): "stopped before the end of its job's time; start it again to go on"
    case .stopped("signal"): "stopped by a signal; start it again to go on"
    case .stopped(let reason): "stopped: \(reason)"
    case .failed(let reason): "failed: \(reason)"
    case .unknown: "state unknown"
    }
  }

  private static func span(_ seconds: Double) -> String {
    seconds < 7200 ? "\(Int(seconds / 60)) min" : Format.duration(seconds)
  }
}
