import Foundation
import Training

/// What the run directory can do.
public struct StorageFacts: Codable, Sendable {
  /// Where it was tried: the run directory, or the folder in which it would be made.
  public var folder: String
  /// The file system there.
  public var fileSystem: FileSystem?
  /// What failed first, with the system's reason; nil when all went well.
  public var failure: String?
  /// Seconds of writing and flushing `written` bytes.
  public var writeSeconds: Double?
  /// Bytes that were written.
  public var written = 0
  /// Why `flock` does not work; nil where it does.
  public var lockFailure: String?
  /// Why the room for a checkpoint cannot be had; nil where it can, or cannot be asked for.
  public var reserveFailure: String?
  /// Of the run directory: the size of its newest checkpoint; nil where there is none.
  public var newestCheckpoint: Int?
  /// The folder for temporary files.
  public var temporary: String?
  /// Its file system.
  public var temporaryFileSystem: FileSystem?

  /// Facts of a folder.
  public init(folder: String) { self.folder = folder }
}

extension StorageFacts {
  init(_ probe: Probe) throws {
    guard let directory = probe.plan.runDirectory else { throw UsageError("no run directory") }
    self.init(folder: Self.existing(directory))
    let environment = ProcessInfo.processInfo.environment
    temporary = environment["OMPI_MCA_orte_tmpdir_base"] ?? environment["TMPDIR"] ?? "/tmp"
    temporaryFileSystem = FileSystem(of: temporary!)
    fileSystem = FileSystem(of: folder)
    newestCheckpoint = RunDirectory(path: directory).checkpoints.list().first.flatMap { size($0) }
    let trial = StorageTrial(folder: folder)
    defer { trial.remove() }
    do {
      try trial.write(bytes: 4 << 20)
      lockFailure = trial.lockFailure()
      reserveFailure = trial.reserveFailure(newestCheckpoint ?? probe.plan.checkpointBytes)
      try trial.rename()
    } catch {
      failure = "\(error)"
    }
    (writeSeconds, written) = (trial.seconds, trial.written)
  }

  /// The folder itself, or the nearest one above it that exists.
  private static func existing(_ path: String) -> String {
    var place = URL(fileURLWithPath: path).standardizedFileURL
    while !FileManager.default.fileExists(atPath: place.path), place.path != "/" {
      place = place.deletingLastPathComponent()
    }
    return place.path
  }

  private func size(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }
}

/// The names of the files that a trial has made, for the handler of a signal: nothing is left behind
/// when the one who asked has lost patience. Written once, before the handler is set.
nonisolated(unsafe) private var leftovers: [UnsafeMutablePointer<CChar>] = []

/// A file that is written, flushed, locked, renamed and removed, as a checkpoint is.
final class StorageTrial {
  private let folder: String
  private let first: String
  private let second: String
  private var file: Int32 = -1
  private(set) var seconds: Double?
  private(set) var written = 0

  init(folder: String) {
    self.folder = folder
    let name = "/.doctor-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    (first, second) = (folder + name + ".partial", folder + name)
    leftovers = [strdup(first), strdup(second)]
    signal(SIGTERM) { _ in
      for name in leftovers { unlink(name) }
      _exit(1)
    }
    // A limit on the size of files is an error of the write that meets it.
    signal(SIGXFSZ, SIG_IGN)
  }

  func write(bytes: Int) throws {
    file = open(first, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("make a file in") }
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    for i in piece.indices { piece[i] = UInt8(truncatingIfNeeded: i &* 31 ^ i >> 7) }
    let start = Clock.now
    while written < bytes {
      let count = Foundation.write(file, piece, piece.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure("write to") }
      written += count
    }
    guard fsync(file) == 0 else { throw failure("flush a file in") }
    seconds = Clock.now - start
  }

  /// Why `flock` does not work.
  func lockFailure() -> String? {
    guard flock(file, LOCK_EX | LOCK_NB) != 0 else { return nil }
    return String(cString: strerror(errno))
  }

  /// Whether there is room for so many bytes, 64 MiB of them at most, a quota included
  /// (`posix_fallocate`, which some file systems have to be written to for).
  func reserveFailure(_ bytes: Int?) -> String? {
    guard let bytes, bytes > 0 else { return nil }
    let code = posix_fallocate(file, 0, off_t(min(bytes, 64 << 20)))
    return [ENOSPC, EDQUOT, EFBIG].contains(code) ? String(cString: strerror(code)) : nil
  }

  func rename() throws {
    guard Foundation.rename(first, second) == 0 else { throw failure("rename a file in") }
    let directory = open(folder, O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { throw failure("open") }
    defer { close(directory) }
    // Some file systems cannot flush a folder; that is no reason to stop.
    guard fsync(directory) == 0 || errno == EINVAL else { throw failure("flush") }
  }

  func remove() {
    if file >= 0 { close(file) }
    unlink(first)
    unlink(second)
  }

  private func failure(_ action: String) -> UsageError {
    UsageError("cannot \(action) \(folder): \(String(cString: strerror(errno)))")
  }
}
