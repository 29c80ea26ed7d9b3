/// What a run wrote when it began to work in its directory: `started`.
struct StartRecord: Sendable, Equatable, Codable {
  /// The step of the checkpoint that it went on from; nil for none.
  var step: Int?
  /// The mark of the start (`SDT_ATTEMPT`); nil for one without a supervisor.
  var attempt: String?
}
