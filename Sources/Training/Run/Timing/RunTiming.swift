import Foundation
import MessagePassing
import Reporting
import Timeline

/// Brings together where the time of all ranks goes, in this start of a run, and writes `timing.json`.
final class RunTiming {
  private let communicator: Communicator
  private let path: String
  private let hosts: [String]
  private let earlier: TimingRecord?
  private let warn: (String) -> Void
  private var isOff = false

  /// Every rank calls this.
  /// - Parameters:
  ///   - goesOn: whether the run has had starts before this one.
  ///   - warn: told why the file cannot be written, once. A run does without.
  init(
    _ communicator: Communicator, path: String, goesOn: Bool, warn: @escaping (String) -> Void
  ) throws {
    (self.communicator, self.path, self.warn) = (communicator, path, warn)
    hosts = try communicator.allGather(Array(communicator.host.utf8)).map {
      String(decoding: $0, as: UTF8.self)
    }
    earlier = goesOn && communicator.rank == 0 ? Self.read(path) : nil
  }

  /// What a file says; nil where there is none that can be read.
  static func read(_ path: String) -> TimingRecord? {
    FileManager.default.contents(atPath: path)
      .flatMap { try? JSONValue(parsing: String(decoding: $0, as: UTF8.self)) }
      .flatMap { TimingRecord($0) }
  }

  /// The times of this start so far, of every rank. Every rank calls this together; rank 0 writes the file.
  /// - Parameter work: what this rank has done.
  func gather(_ work: StageTrainer.Work) throws -> [RankTimes] {
    let seconds = Stopwatch.read()
    let own = Activity.reported.map { seconds[$0] } + [Double(work.samples), Double(work.steps)]
    let all = try communicator.allGather(
      own, counts: [Int](repeating: own.count, count: communicator.size))
    let times = (0..<communicator.size).map { rank in
      decode(rank, all[rank * own.count..<(rank + 1) * own.count])
    }
    if communicator.rank == 0 { write(times) }
    return times
  }

  private func decode(_ rank: Int, _ values: ArraySlice<Double>) -> RankTimes {
    let values = Array(values)
    var times = RankTimes(rank: rank, host: hosts[rank])
    for (activity, value) in zip(Activity.reported, values) { times.seconds[activity] = value }
    times.samples = Int(values[values.count - 2])
    times.steps = Int(values[values.count - 1])
    return times
  }

  private func write(_ times: [RankTimes]) {
    guard !isOff, !RunJournal.isTakenOver else { return }
    let start = TimingRecord(ranks: times, seconds: times[0].seconds.total)
    let record = earlier.map { start.after($0) } ?? start
    do {
      // It is an account, no checkpoint: it need not survive a power failure.
      try Data((record.json.encoded() + "\n").utf8)
        .write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      isOff = true
      warn(
        "warning: cannot write \(path), so it will not tell where time goes: \(error.localizedDescription)"
      )
    }
  }
}
