import Foundation
import MessagePassing
import Testing

@testable import Launching
@testable import Training

/// A supervisor reads files that a run writes. Each knows their names and forms by itself; here they are held
/// together.
@Suite("What a run writes is what a supervisor reads", .serialized)
struct WrittenByTrainingTests {
  private let folder =
    FileManager.default.temporaryDirectory.path + "/written-\(UUID().uuidString)"
  private var run: RunDirectory { RunDirectory(path: folder) }
  private var files: RunFiles { RunFiles(path: folder) }

  @Test("the lock and the start", arguments: [nil, 17])
  func start(step: Int?) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let lock = try run.prepare(configuration: "", resumedAt: step)
    #expect(files.isLocked)
    let record = try #require(files.start(of: "any"))
    #expect(record == StartRecord(step: step, attempt: RunDirectory.attempt))
    withExtendedLifetime(lock) {}
  }

  @Test("checkpoints, and the one that is being loaded")
  func checkpoints() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try run.prepare(configuration: "", resumedAt: nil)
    for step in [9, 1_234_567_890] {
      try Data().write(to: URL(fileURLWithPath: run.checkpoints.path(step: step)))
    }
    try Data().write(to: URL(fileURLWithPath: run.checkpoints.bestPath))
    let steps = try files.steps()
    #expect(steps == ["step-00000009.h5": 9, "step-1234567890.h5": 1_234_567_890])
    #expect(
      Set(steps.keys.map { run.checkpoints.directory + "/" + $0 }) == Set(run.checkpoints.list()))
    LoadingMark.set(run.checkpoints.path(step: 9))
    #expect(files.loading(among: steps) == "step-00000009.h5")
    LoadingMark.clear()
    #expect(files.loading(among: steps) == nil)
    LoadingMark.renew()
    #expect(files.loading(among: steps) == "step-00000009.h5")
    files.forgetAttempt()
    #expect(files.loading(among: steps) == nil)
    // A run leaves alone what was set aside.
    try files.setAside("step-00000009.h5")
    #expect(run.checkpoints.list() == [run.checkpoints.path(step: 1_234_567_890)])
    LoadingMark.forget()
    LoadingMark.renew()
    #expect(files.loading(among: steps) == nil)
  }

  @Test("the failure, with and without a rank")
  func failure() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try run.prepare(configuration: "", resumedAt: nil)
    RunJournal.begin(run, rank: 1)
    Training.FailureRecord(
      rank: 3, host: "b", step: 5, phase: .reduce, reason: "gone", attempt: "me"
    )
    .write()
    let found = try #require(files.failure(of: "me"))
    #expect(found.rank == 3 && found.host == "b" && found.step == 5 && found.phase == "reduce")
    #expect(found.reason == "gone" && found.attempt == "me")
    #expect(abs((found.time ?? 0) - Date().timeIntervalSince1970) < 60)
    #expect(files.failure(of: "another") == nil)
    Training.FailureRecord(reason: "nothing moves", attempt: nil).write()
    let other = try #require(files.failure(of: "me"))
    #expect(other.rank == nil && other.host == nil && other.reason == "nothing moves")
  }

  @Test("a rank that has outlived its start neither records nor silences that of a later one")
  func takenOver() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try run.prepare(configuration: "", resumedAt: nil)
    _ = RunJournal.open(run, rank: 1, say: nil)
    try Data(#"{"step": 5, "attempt": "later"}"#.utf8)
      .write(to: URL(fileURLWithPath: run.started))
    Training.FailureRecord(reason: "gone").write()
    #expect(!FileManager.default.fileExists(atPath: run.failure))
    // Starting anew, it is history, and so are those that have spoken.
    #expect(RunJournal.claimsToSpeak() && !RunJournal.claimsToSpeak())
    _ = try run.prepare(configuration: "", resumedAt: 5)
    #expect(RunJournal.claimsToSpeak())
    Training.FailureRecord(reason: "gone").write()
    #expect(files.failure(of: "any")?.reason == "gone")
  }
}
