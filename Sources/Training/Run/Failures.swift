import Datasets
import Foundation
import HDF5
import Layers
import MessagePassing
import PNG
import Reporting

/// What a run ends with. The numbers are part of the command line's promise.
public enum ExitStatus: Int32, Sendable {
  /// All done.
  case done = 0
  /// Something not foreseen, or a result that could not be written.
  case failed = 1
  /// Bad usage, configuration or input; nothing was written.
  case badInput = 2
  /// Stopped by a signal, after a checkpoint: run it again to go on.
  case stopped = 3
  /// Numbers that are not finite.
  case numerical = 4
  /// A rank or the communication failed.
  case communication = 5

  /// The status that an error ends a run with.
  public init(_ error: any Error) {
    switch error {
    case let error as RankFailure: self = error.status
    case is ConfigurationError, is DatasetError, is HDF5Error, is CheckpointError, is UsageError,
      is LayerError:
      self = .badInput
    case is NumericalError: self = .numerical
    case is MPIError, is LauncherMismatch, is ReplicaError: self = .communication
    default: self = .failed
    }
  }
}

/// A wish that cannot be met as given: one line.
public struct UsageError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The line.
  public let description: String

  /// An error of one line.
  public init(_ description: String) {
    self.description = description
  }
}

/// Numbers that are not finite: the model diverged.
public struct NumericalError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The line.
  public let description: String

  /// An error of one line.
  public init(_ description: String) {
    self.description = description
  }
}

/// The failure of the lowest rank that failed in something that all ranks did together.
public struct RankFailure: Error, CustomStringConvertible, Sendable {
  /// What the run ends with.
  public let status: ExitStatus
  /// The rank whose words these are, and who prints them.
  public let rank: Int
  /// The line: rank, host, and what went wrong.
  public let description: String

  /// The failure of a rank, known to all.
  public init(status: ExitStatus, rank: Int, description: String) {
    (self.status, self.rank, self.description) = (status, rank, description)
  }
}

/// Does something on every rank and finds out whether all could. When one could not, all throw the
/// same error, and nobody waits for the one that failed.
public func together<T>(_ communicator: Communicator, _ body: () throws -> T) throws -> T {
  let result = Result { try body() }
  var report: [UInt8] = [0]
  if case .failure(let error) = result {
    report = [UInt8(ExitStatus(error).rawValue)] + Array("\(error)".utf8)
    // In full, whichever rank speaks.
    RunJournal.note("error: \(error)")
  }
  let reports = try communicator.allGather(report)
  guard let rank = reports.firstIndex(where: { $0[0] != 0 }) else { return try result.get() }
  let hosts = try communicator.allGather(Array(communicator.host.utf8))
  let message = String(decoding: reports[rank].dropFirst(), as: UTF8.self)
  let same = reports.count { $0 == reports[rank] }
  throw RankFailure(
    status: ExitStatus(rawValue: Int32(reports[rank][0])) ?? .failed, rank: rank,
    description: line(
      message, rank: rank, host: String(decoding: hosts[rank], as: UTF8.self),
      size: communicator.size, same: same))
}

/// An error's line with the rank and host that saw it.
func line(_ message: String, rank: Int, host: String, size: Int, same: Int = 1) -> String {
  guard size > 1 else { return message }
  let also =
    same == size ? "all ranks" : same > 1 ? "rank \(rank) and \(same - 1) more" : "rank \(rank)"
  return "\(also) (\(host)): \(message)"
}

/// Runs a command on all ranks, prints what ends it once, and gives the exit code.
///
/// An error that all ranks know of ends them all in peace; one that a single rank meets in the
/// middle of a step ends the others by `MPI_Abort`, so that nobody waits for it.
public func runTogether(_ communicator: Communicator, _ body: () throws -> ExitStatus) -> Int32 {
  do {
    let status = try body()
    try communicator.finalize()
    return status.rawValue
  } catch {
    let status = ExitStatus(error)
    // A checkpoint that was refused has not ended the run's process: it need not be set aside.
    if status == .badInput { LoadingMark.clear() }
    if error is RankFailure || error is NumericalError || error is ReplicaError { Watchdog.stop() }
    if let shared = error as? RankFailure {
      if shared.rank == communicator.rank { printError(shared.description) }
    } else if error is NumericalError {
      if communicator.rank == 0 { printError("\(error)") }
    } else if let error = error as? ReplicaError {
      if communicator.rank == 0 {
        printError("\(error)")
        FailureRecord(
          rank: error.rank, host: error.host, step: error.step, reason: error.description
        ).write()
      }
    } else {
      endAlone(error, communicator)
    }
    do { try communicator.finalize() } catch { return ExitStatus.communication.rawValue }
    return status.rawValue
  }
}

/// Ends the run for an error that other ranks may not know of, or met at the same moment: one of them
/// says so.
private func endAlone(_ error: any Error, _ communicator: Communicator) -> Never {
  let status = ExitStatus(error)
  let text = line(
    "\(error)", rank: communicator.rank, host: communicator.host, size: communicator.size)
  if status == .communication && communicator.size > 1 {
    // The communication fails on many ranks at once: the lowest speaks, and launchers end the others.
    usleep(UInt32(200_000 * min(communicator.rank, 10)))
    FailureRecord(reason: text).endRun()
  }
  if RunJournal.claimsToSpeak() { printError(text) }
  communicator.abort(code: status.rawValue)
}

/// One line on standard error.
public func printError(_ message: String) {
  StandardError.write(Message(message.replacing("\n", with: " "), level: .error))
}
