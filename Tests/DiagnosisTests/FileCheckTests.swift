import Foundation
import Testing

@testable import Diagnosis

@Suite("Program and configuration")
struct FileCheckTests {
  @Test("another program on one rank, and another configuration")
  func differ() {
    let good = FileFacts(program: "aaaa", configuration: "c")
    #expect(FileCheck.judge(ranks([good, good])).map(\.verdict) == [.ok])
    let program = FileCheck.judge(
      ranks([good, good, FileFacts(program: "bbbb", configuration: "c")], hosts: ["a", "a", "b"]))
    #expect(program.map(\.verdict) == [.problem])
    #expect(program[0].ranks == [2] && program[0].hosts == ["b"])
    #expect(program[0].found.contains("rank 2 (b) has another version of the program"))
    let other = FileFacts(program: "aaaa", configuration: "d")
    #expect(FileCheck.judge(ranks([good, other]))[0].found.contains("the configuration"))
  }

  @Test("a host that does not see the configuration")
  func missing() {
    let good = FileFacts(program: "a", configuration: "c")
    let blind = FileFacts(program: "a", unreadable: "cannot read the configuration x.yaml")
    let findings = FileCheck.judge(ranks([good, blind]))
    #expect(findings.map(\.verdict) == [.note] && findings[0].ranks == [1])
  }
}

@Suite("Dataset")
struct DatasetCheckTests {
  private func facts(
    chunk: [Int]?, identity: String = "i", count: Int = 60000, lockFailure: String? = nil,
    variable: String? = nil
  ) -> DatasetFacts {
    DatasetFacts(
      name: "x.h5: /train/images", identity: identity, library: "1.10.8", lockingVariable: variable,
      lockFailure: lockFailure, shape: [count, 28, 28], chunk: chunk, filters: [], elementBytes: 1,
      sampleBytes: 784, block: 334)
  }

  private func judge(
    _ all: [DatasetFacts], memory: Int = 1 << 30, batch: Int? = nil
  ) -> [Finding] {
    var plan = Plan()
    (plan.memory, plan.globalBatch) = (memory, batch)
    return DatasetCheck.judge(ranks(all), ranks: all.count, plan: plan)
  }

  @Test("small chunks, and none")
  func good() {
    #expect(judge([facts(chunk: [100, 28, 28])]).map(\.verdict) == [.ok])
    #expect(judge([facts(chunk: nil)], memory: 1 << 20).map(\.verdict) == [.ok])
    #expect(judge([facts(chunk: [100, 28, 28])], memory: 1 << 20).map(\.verdict) == [.ok])
  }

  @Test("a huge chunk: unpacked by every rank, or for every block")
  func huge() {
    let whole = facts(chunk: [60000, 28, 28])
    #expect(judge([whole]).map(\.verdict) == [.ok])
    let shared = judge(Array(repeating: whole, count: 8))
    #expect(shared.map(\.verdict) == [.ok, .note])
    let streamed = judge([whole], memory: 1 << 20)
    #expect(streamed.map(\.verdict) == [.ok, .problem])
    #expect(streamed[1].advice!.contains("data repack x.h5"))
    #expect(streamed[1].found.contains("180 bytes"), "\(streamed[1].found)")
  }

  @Test("how much is unpacked for what is wanted")
  func amplification() {
    // 334 samples of chunks of 100 touch 4.33 of them.
    #expect(abs(DatasetCheck.amplification(facts(chunk: [100, 28, 28])) - 433.0 / 334) < 1e-9)
    // A pixel a chunk is read as one piece: no more, no less.
    #expect(abs(DatasetCheck.amplification(facts(chunk: [1, 28, 28])) - 1) < 1e-9)
    #expect(DatasetCheck.amplification(facts(chunk: nil)) == 1)
  }

  @Test("other data on one rank, and no locks")
  func files() {
    let good = facts(chunk: nil)
    let differ = judge([good, good, facts(chunk: nil, identity: "j")])
    #expect(differ.map(\.verdict) == [.ok, .problem] && differ[1].ranks == [2])
    let reason = "No locks available"
    #expect(judge([facts(chunk: nil, lockFailure: reason)]).map(\.verdict) == [.ok, .note])
    let told = facts(chunk: nil, lockFailure: reason, variable: "FALSE")
    #expect(judge([told]).map(\.verdict) == [.ok])
  }

  @Test("a batch larger than the data")
  func batch() {
    #expect(judge([facts(chunk: nil)], batch: 60001).map(\.verdict) == [.ok, .problem])
  }
}

@Suite("Run directory")
struct StorageCheckTests {
  private func facts(
    _ kind: String = "ext4", free: Int = 1 << 40, _ change: (inout StorageFacts) -> Void = { _ in }
  ) -> StorageFacts {
    var facts = StorageFacts(folder: "/r")
    facts.fileSystem = FileSystem(kind: kind, free: free, size: 1 << 41)
    (facts.writeSeconds, facts.written) = (0.01, 4 << 20)
    change(&facts)
    return facts
  }

  private func judge(_ all: StorageFacts..., hosts: [String] = [], checkpoint: Int? = nil)
    -> [Finding]
  {
    var plan = Plan()
    plan.allParameterBytes = checkpoint.map { $0 / 3 }
    return StorageCheck.judge(ranks(all, hosts: hosts), plan: plan)
  }

  @Test("room, and none")
  func room() {
    #expect(judge(facts()).map(\.verdict) == [.ok])
    let full = judge(facts { $0.failure = "cannot write to /r: No space left on device" })
    #expect(full.map(\.verdict) == [.problem] && full[0].found.contains("No space left"))
    // Three that stay, the best one, and one on its way.
    let small = judge(facts(free: 4 << 30), checkpoint: 1 << 30)
    #expect(small.map(\.verdict) == [.problem] && small[0].found.contains("5.0 GiB"))
    #expect(judge(facts(free: 6 << 30), checkpoint: 1 << 30).map(\.verdict) == [.ok])
    #expect(judge(facts { $0.reserveFailure = "Disk quota exceeded" })[0].verdict == .problem)
    #expect(judge(facts(free: 100 << 20))[0].verdict == .note)
    #expect(judge(facts { $0.fileSystem?.freeFiles = 3 })[0].verdict == .note)
  }

  @Test("no locks, slow, in memory")
  func notes() {
    #expect(judge(facts { $0.lockFailure = "No locks available" })[0].advice!.contains("Lustre"))
    #expect(judge(facts { $0.writeSeconds = 5 })[0].found.contains("5.0 s"))
    #expect(judge(facts("tmpfs"))[0].found.contains("in memory"))
  }

  @Test("a disk of one host, and one that all see")
  func shared() {
    #expect(judge(facts(), facts(), hosts: ["a", "b"])[0].verdict == .note)
    #expect(judge(facts("nfs4"), facts("nfs4"), hosts: ["a", "b"]).map(\.verdict) == [.ok])
    #expect(judge(facts("lustre"), facts("lustre"), hosts: ["a", "b"]).map(\.verdict) == [.ok])
  }

  @Test("a temporary folder that launchers fail in")
  func temporary() {
    let long = facts { $0.temporary = "/" + String(repeating: "x", count: 80) }
    #expect(judge(long)[0].advice!.contains("TMPDIR"))
  }

  @Test("a trial leaves nothing behind, and tells of what it cannot do")
  func trial() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
      .path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var probe = Probe(.runDirectory)
    probe.plan.runDirectory = folder + "/not/yet/there"
    let facts = try StorageFacts(probe)
    #expect(facts.folder == folder && facts.failure == nil && facts.written == 4 << 20)
    #expect(facts.fileSystem?.kind != "unknown" && facts.fileSystem!.free > 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    // Nobody can make files in /proc, not even root.
    probe.plan.runDirectory = "/proc"
    let failure = try #require(try StorageFacts(probe).failure)
    #expect(failure.hasPrefix("cannot make a file in /proc"))
  }
}
