import Foundation
import MessagePassing
import Reporting
import Training

/// Checks this machine, this allocation, this dataset: on all ranks of a launcher together, or alone.
public final class Doctor {
  /// What the command line says.
  public struct Options: Sendable {
    /// A configuration file.
    public var configuration: String?
    /// `key=value`, applied on top.
    public var settings: [String] = []
    /// A dataset file, in the place of that of the configuration.
    public var dataset: String?
    /// Where results would go, in the place of `runs/<name>`.
    public var runDirectory: String?
    /// Whether to print JSON.
    public var json = false
    /// How long a check may take, seconds.
    public var seconds = 10.0

    /// Nothing but the machine.
    public init() {}
  }

  let communicator: Communicator
  let options: Options
  let rounds: Rounds
  var report: Report
  var plan = Plan()
  /// Bytes of all training samples, when they are known.
  var datasetBytes: Int?
  private let lastResort: LastResort
  private let speaks: Bool

  /// - Parameter start: how MPI started.
  public init(_ start: Start, _ options: Options) throws {
    communicator = start.communicator
    lastResort = start.lastResort
    speaks = start.speaks
    self.options = options
    rounds = try Rounds(start.communicator)
    report = Report(ranks: start.communicator.size)
    report.findings = start.findings
  }

  var isFirst: Bool { communicator.rank == 0 }
  var seconds: Double { options.seconds }

  /// Checks all, prints on rank 0 what was found, and gives the exit status, the same on all ranks.
  /// - Throws: `RankFailure` for a configuration that cannot be read.
  public func run() throws -> ExitStatus {
    do {
      try examine()
      // What rank 0 found is what all end with.
      let status = try rounds.share(isFirst ? report.status.rawValue : nil, seconds: seconds)
      rounds.flush()
      speak()
      // Whatever MPI does at its end, this process will not wait for it.
      lastResort.arm(seconds: seconds) { _exit(status) }
      return ExitStatus(rawValue: status) ?? .failed
    } catch let silence as Silence {
      giveUp(silence)
    } catch is Ended {
      // Rank 0 has spoken, and ends all.
      sleep(UInt32(seconds) + 5)
      _exit(1)
    }
  }

  /// Names a check for whoever waits, and sees to it that the process ends even if nothing else does.
  func begin(_ what: String) {
    if speaks && isFirst {
      try? FileHandle.standardError.write(contentsOf: Data("doctor: checking \(what) …\n".utf8))
    }
    let (report, json, seconds, isFirst) = (report, options.json, options.seconds, isFirst)
    lastResort.arm(seconds: 4 * seconds + 30) {
      guard isFirst else { return }
      var report = report
      report.findings.append(
        Finding(
          .answers, .problem, "the doctor itself does not get on with checking \(what)",
          advice: "the MPI library hangs; look at the network between the hosts"))
      print(report, json: json)
    }
  }

  /// What came of a check on those ranks that have something to tell; what went wrong becomes findings.
  func take<Facts>(
    _ check: Check, _ what: String, _ answers: [OfRank<Outcome<Facts>>], advice: String
  ) -> [OfRank<Facts>] {
    let late = answers.filter { if case .late = $0.facts { true } else { false } }
    if !late.isEmpty {
      report.findings.append(
        Finding(
          check, .problem,
          "\(name(late)) did not get an answer in \(short(seconds)) s when checking \(what)",
          advice: advice, ranks: late.map(\.rank), hosts: hosts(of: late)))
    }
    let failed = answers.compactMap { answer -> OfRank<String>? in
      guard case .failed(let reason) = answer.facts else { return nil }
      return OfRank(answer.rank, answer.host, reason)
    }
    for group in groups(failed, by: { $0 }) {
      report.findings.append(
        Finding(
          check, .problem, "\(name(group.ranks)): \(group.key)", advice: advice,
          ranks: group.ranks.map(\.rank), hosts: hosts(of: group.ranks)))
    }
    return answers.compactMap { answer in
      guard case .done(let facts) = answer.facts else { return nil }
      return OfRank(answer.rank, answer.host, facts)
    }
  }

  private func speak() {
    guard isFirst, speaks else { return }
    print(report, json: options.json)
  }

  /// A rank is silent: says so, and ends all.
  private func giveUp(_ silence: Silence) -> Never {
    let all = silence.ranks.map { rank -> OfRank<Int32?> in
      OfRank(rank, rounds.host(rank), rounds.names[rank]?.process)
    }
    let process = all.count == 1 ? all[0].facts.map { ", process \($0)" } ?? "" : ""
    report.findings.append(
      Finding(
        .answers, .problem,
        "\(name(all))\(process) did not answer within \(short(silence.seconds)) s when all were checking "
          + "\(silence.what)",
        advice:
          "look at it on its host (ps -o pid,stat,wchan:20,cmd -C swift-dist-train): T is stopped, D "
          + "waits for a file system; not there at all: it died; else the network between the hosts does "
          + "not let messages through",
        ranks: silence.ranks, hosts: hosts(of: all)))
    print(report, json: options.json)
    if isFirst { rounds.end() }
    endAll()
  }

  /// Ends all ranks, this one in any case.
  func endAll() -> Never {
    lastResort.arm(seconds: 2) { _exit(1) }
    communicator.abort(code: ExitStatus.failed.rawValue)
  }

  /// Says what was found, when MPI cannot be called any more, and ends all.
  func endWithReport() -> Never {
    speak()
    if isFirst { rounds.end() }
    endAll()
  }

  func short(_ seconds: Double) -> String { String(format: "%.3g", seconds) }
}

/// Prints a report on standard output.
func print(_ report: Report, json: Bool) {
  let text = json ? report.json.encoded(pretty: true) + "\n" : report.text
  try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
}
