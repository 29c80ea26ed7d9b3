import Foundation
import Testing

@testable import Launching

/// What a supervisor reads of a run directory, and of hosts.
@Suite("What the supervisor reads")
struct RunFilesTests {
  let files: RunFiles
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/run-files-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: folder + "/checkpoints", withIntermediateDirectories: true)
    files = RunFiles(path: folder)
  }

  private func write(_ text: String, _ name: String) throws {
    try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
  }

  @Test("the newest step, whatever else lies there")
  func newest() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(try files.steps().isEmpty)
    for name in [
      "step-00000009.h5", "step-00000100.h5", "step-00000200.h5.set-aside", "best.h5",
      "step-00000300.h5.partial", "step-x.h5",
    ] { try write("", "checkpoints/\(name)") }
    #expect(try files.steps() == ["step-00000009.h5": 9, "step-00000100.h5": 100])
    try files.setAside("step-00000100.h5")
    #expect(try files.steps() == ["step-00000009.h5": 9])
    #expect(
      FileManager.default.fileExists(atPath: "\(folder)/checkpoints/step-00000100.h5.set-aside"))
    #expect(throws: LaunchError.self) { try files.setAside("step-00000100.h5") }
  }

  @Test("no folder is no checkpoint; one that cannot be read is an error")
  func unreadable() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.removeItem(atPath: folder + "/checkpoints")
    #expect(try files.steps().isEmpty)
    try write("a file", "checkpoints")
    let error = #expect(throws: LaunchError.self) { try files.steps() }
    #expect(error?.description.contains("\(folder)/checkpoints: Not a directory") == true)
  }

  @Test("the failure that ranks wrote, whole or not")
  func failure() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(files.failure(of: "me") == nil)
    try write(
      #"{"rank": 3, "host": "b", "step": 17, "phase": "reduce", "reason": "gone", "time": 1.5}"#,
      "failure.json")
    let failure = files.failure(of: "me")
    #expect(failure?.line == "rank 3, host b: gone" && failure?.step == 17)
    try write(
      #"{"rank": null, "host": null, "step": 17, "phase": "reduce", "reason": "nothing moves", "time": 1}"#,
      "failure.json")
    #expect(files.failure(of: "me")?.line == "nothing moves")
    try write("{", "failure.json")
    #expect(files.failure(of: "me") != nil)
    files.forgetAttempt()
    #expect(files.failure(of: "me") == nil)
  }

  @Test("what a start wrote, and not what ranks of an earlier one did that outlived it")
  func marks() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(files.start(of: "me") == nil)
    try write(#"{"reason": "gone", "attempt": "earlier"}"#, "failure.json")
    try write(#"{"step": 7, "attempt": "earlier"}"#, "started")
    #expect(files.failure(of: "me") == nil && files.start(of: "me") == nil)
    try write(#"{"reason": "gone", "attempt": "me"}"#, "failure.json")
    try write(#"{"step": 7, "attempt": "me"}"#, "started")
    #expect(files.failure(of: "me")?.reason == "gone" && files.start(of: "me")?.step == 7)
    try write(#"{"step": null, "attempt": null}"#, "started")
    #expect(files.start(of: "me") == StartRecord())
    files.forgetAttempt()
    #expect(files.start(of: "me") == nil)
  }

  @Test("the checkpoint that is being loaded, only of this folder")
  func loading() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(try files.loading(among: files.steps()) == nil)
    try write("", "checkpoints/step-00000009.h5")
    try write("step-00000009.h5\n", "checkpoints/loading")
    #expect(try files.loading(among: files.steps()) == "step-00000009.h5")
    try write("../../other", "checkpoints/loading")
    #expect(try files.loading(among: files.steps()) == nil)
  }

  @Test("a lock that another process holds")
  func lock() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(!files.isLocked)
    let file = open(folder + "/.lock", O_CREAT | O_RDWR, 0o644)
    #expect(!files.isLocked)
    #expect(flock(file, LOCK_EX) == 0)
    #expect(files.isLocked)
    close(file)
    #expect(!files.isLocked)
  }

  @Test("files of hosts in the forms of Open MPI, MPICH and PBS")
  func hostfile() throws {
    let text = """
      # nodes
      a slots=2 max-slots=4
      b:3     # comment

      c
      c
      """
    #expect(try Hostfile.parse(text, path: "f").map(\.text) == ["a:2", "b:3", "c:2"])
    for bad in ["a slots=x", "a b", "a:0", "$(x)", "a:1:2", "# nothing"] {
      let error = #expect(throws: LaunchError.self) { try Hostfile.parse(bad, path: "my hosts") }
      #expect(error?.description.contains("my hosts") == true)
    }
    #expect(throws: LaunchError.self) { try Hostfile.read("/nowhere/hosts") }
  }
}
