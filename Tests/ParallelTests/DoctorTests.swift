import Foundation
import HDF5
import Reporting
import Testing

/// The doctor finds what is wrong with a machine, and never hangs on it.
extension ParallelTests {
  @Suite("Doctor")
  struct DoctorTests {
    /// What it said, as a program reads it.
    private struct Diagnosis {
      let result: CommandResult
      let json: JSONValue

      init(_ result: CommandResult) throws {
        self.result = result
        json = try JSONValue(parsing: result.output)
      }

      func findings(_ check: String, _ verdict: String? = nil) -> [JSONValue] {
        (json["findings"]?.arrayValue ?? []).filter {
          $0["check"]?.stringValue == check
            && (verdict == nil || $0["verdict"]?.stringValue == verdict)
        }
      }
    }

    private func diagnose(
      _ arguments: [String] = [], ranks: Int?, options: [String] = []
    ) throws -> Diagnosis {
      let run = try Launcher.start(
        ["doctor", "--json"] + arguments, ranks: ranks, options: options)
      let result = run.wait(timeout: 90)
      #expect(!result.hung && waitUntil(timeout: 5) { run.survivors == 0 })
      return try Diagnosis(result)
    }

    /// Several programs of one launcher: each word of `programs` is what stands before the doctor.
    private func diagnose(programs: [[String]], _ arguments: [[String]]) throws -> Diagnosis {
      let doctor = try Launcher.program("swift-dist-train")
      let parts = zip(programs, arguments).map {
        ["-n", "1"] + $0 + [doctor, "doctor", "--json"] + $1
      }
      // As Launcher does: as root, and on fewer cores.
      let settings = [
        "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
      ]
      let result = try CommandRun(
        [Launcher.command] + parts.joined(separator: [":"]), environment: settings
      ).wait(timeout: 90)
      #expect(!result.hung)
      return try Diagnosis(result)
    }

    @Test("all of a run's configuration on one and several ranks", arguments: [nil, 1, 2, 4])
    func healthy(ranks: Int?) throws {
      let trial = try Trial()
      let diagnosis = try diagnose(
        [trial.folder + "/trial.yaml", "--run-dir", trial.path("run")], ranks: ranks)
      #expect(diagnosis.json["ranks"]?.intValue == ranks ?? 1)
      for check in ["launcher", "files", "clocks", "dataset", "all-reduce", "limits", "memory"] {
        #expect(diagnosis.findings(check, "ok").count == 1, "\(check): \(diagnosis.result.output)")
      }
      for check in ["cores", "threads", "kernels", "run-directory", "speed"] {
        #expect(!diagnosis.findings(check).isEmpty, "\(check)")
      }
      #expect(diagnosis.json["sgemm_gflops"]?.arrayValue?.count == ranks ?? 1)
      // Fewer cores than ranks are a problem; nothing else here is one, but a speed that others take.
      let all = diagnosis.json["findings"]?.arrayValue ?? []
      let problems = all.filter { $0["verdict"]?.stringValue == "problem" }
      let known = problems.allSatisfy { ["cores", "speed"].contains($0["check"]?.stringValue) }
      #expect(known, "\(diagnosis.result.output)")
      #expect(diagnosis.result.status == (problems.isEmpty ? 0 : 1))
      #expect(!FileManager.default.fileExists(atPath: trial.path("run")))
      #expect(
        Set(try FileManager.default.contentsOfDirectory(atPath: trial.folder)) == [
          "data.h5", "trial.yaml",
        ])
    }

    @Test("the times of sums, by both ways")
    func times() throws {
      let diagnosis = try diagnose(ranks: 2)
      let rows = diagnosis.json["all_reduce"]?.arrayValue ?? []
      #expect(Set(rows.map { $0["transport"]?.stringValue }) == ["shared memory", "messages"])
      #expect(rows.allSatisfy { $0["microseconds"]!.doubleValue! > 0 })
      #expect(rows.contains { $0["bytes"]?.intValue == 1024 })
    }

    @Test("a table for people, with advice")
    func table() throws {
      let result = try Launcher.start(["doctor"], ranks: nil).wait(timeout: 60)
      #expect(result.status == 0, "\(result.text)")
      #expect(result.output.hasPrefix("1 rank on ") && result.output.contains("what was found"))
      #expect(result.output.contains("no problem"))
    }

    @Test("kernels that differ between ranks")
    func kernels() throws {
      let diagnosis = try diagnose(
        programs: ["Nehalem", "Prescott"].map { ["env", "OPENBLAS_CORETYPE=\($0)"] }, [[], []])
      let problems = diagnosis.findings("kernels", "problem")
      #expect(problems.count == 1, "\(diagnosis.result.output)")
      #expect(problems.first?["ranks"]?.arrayValue == [1])
      #expect(problems.first?["hosts"]?.arrayValue?.count == 1)
      #expect(problems.first?["advice"]?.stringValue?.contains("OPENBLAS_CORETYPE=") == true)
      #expect(diagnosis.result.status == 1)
    }

    @Test("slow kernels that the environment forces")
    func forced() throws {
      let doctor = try Launcher.program("swift-dist-train")
      let result = try CommandRun(
        [doctor, "doctor", "--json"], environment: ["OPENBLAS_CORETYPE": "Prescott"]
      ).wait(timeout: 60)
      let notes = try Diagnosis(result).findings("kernels", "note")
      let found = notes.first?["found"]?.stringValue ?? ""
      #expect(found.contains("Prescott kernels, forced by OPENBLAS_CORETYPE"), "\(result.output)")
      #expect(result.status == 0)
    }

    @Test("a configuration that differs between ranks")
    func configurations() throws {
      let trial = try Trial()
      let other = trial.folder + "/other.yaml"
      let text = try String(contentsOfFile: trial.folder + "/trial.yaml", encoding: .utf8)
      try (text + "# a comment\n").write(toFile: other, atomically: true, encoding: .utf8)
      let diagnosis = try diagnose(
        programs: [[], []], [[trial.folder + "/trial.yaml"], [other]])
      let problems = diagnosis.findings("files", "problem")
      #expect(problems.count == 1 && problems[0]["ranks"]?.arrayValue == [1])
      #expect(diagnosis.result.status == 1)
    }

    @Test("a dataset of one huge chunk, streamed")
    func hugeChunk() throws {
      let trial = try Trial()
      let file = trial.folder + "/huge.h5"
      try writeHugeChunk(file)
      let settings = ["data.train.file=\(file)", "data.memory=64KiB", "data.cache=never"]
      let diagnosis = try diagnose(
        [trial.folder + "/trial.yaml"] + settings.flatMap { ["--set", $0] }, ranks: 2)
      let problems = diagnosis.findings("dataset", "problem")
      #expect(problems.count == 1, "\(diagnosis.result.output)")
      #expect(problems.first?["advice"]?.stringValue?.contains("data repack") == true)
    }

    /// 12,000 samples of 28×28 in one chunk: 36 blocks of 256 KiB.
    private func writeHugeChunk(_ path: String) throws {
      let file = try File(creating: path)
      let dataset = try file.createDataset(
        "/train/images", shape: [12000, 28, 28], type: .uint8, chunk: [12000, 28, 28])
      let bytes = [UInt8](repeating: 7, count: 12000 * 784)
      try bytes.withUnsafeBytes { try dataset.write(rows: 0..<12000, as: .uint8, from: $0) }
      try file.close()
    }

    @Test("a dataset that never answers, and one that is not there")
    func deadDataset() throws {
      let trial = try Trial()
      let pipe = trial.folder + "/pipe.h5"
      // To open it waits for a writer, who never comes: like a file on a dead file system.
      #expect(mkfifo(pipe, 0o600) == 0)
      let dead = try diagnose(["--dataset", pipe, "--timeout", "3"], ranks: 2)
      let problems = dead.findings("dataset", "problem")
      #expect(problems.count == 1 && problems[0]["ranks"]?.arrayValue == [0, 1])
      #expect(problems.first?["found"]?.stringValue?.contains("in 3 s") == true)
      #expect(dead.result.status == 1)
      // The others went on.
      #expect(!dead.findings("all-reduce", "ok").isEmpty)
      let missing = try diagnose(["--dataset", trial.folder + "/none.h5"], ranks: nil)
      let found = missing.findings("dataset", "problem").first?["found"]?.stringValue
      #expect(found?.contains("no such file") == true && missing.result.status == 1)
    }

    @Test("a run directory on a full disk")
    func fullDisk() throws {
      let trial = try Trial()
      let place = trial.path("full")
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      let mount = try CommandRun(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place]).wait()
      guard mount.status == 0 else {
        let text = "skipped: only root may mount a small file system here (\(mount.errors))"
        if ProcessInfo.processInfo.environment["CI"] == "true" { Issue.record("\(text)") }
        return FileHandle.standardError.write(Data((text + "\n").utf8))
      }
      defer { _ = try? CommandRun(["umount", place]).wait() }
      let diagnosis = try diagnose(["--run-dir", place + "/run"], ranks: 2)
      let problems = diagnosis.findings("run-directory", "problem")
      #expect(problems.count == 1 && diagnosis.result.status == 1)
      #expect(problems.first?["found"]?.stringValue?.contains("No space left") == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: place).isEmpty)
    }

    @Test(
      "a rank that stops is named in bounded time",
      arguments: [(1, "the machine"), (1, "the speed"), (2, "sums over"), (0, "the dataset")])
    func stopped(rank: Int, check: String) throws {
      let trial = try Trial()
      let run = try Launcher.start(
        ["doctor", "--json", "--timeout", "3", trial.folder + "/trial.yaml"], ranks: 3)
      #expect(run.comes(within: 60) { run.errorsSoFar.contains("checking \(check)") })
      let process = try #require(run.ranks[rank])
      kill(process, SIGSTOP)
      let result = run.wait(timeout: 60)
      #expect(!result.hung && result.status == 1, "\(result.text)")
      let diagnosis = try Diagnosis(result)
      let found = diagnosis.findings("answers", "problem")
      #expect(found.count == 1 && found[0]["ranks"]?.arrayValue == [.int(rank)], "\(result.output)")
      #expect(found.first?["found"]?.stringValue?.contains("process \(process)") == true)
      #expect(waitUntil(timeout: 5) { run.survivors == 0 })
    }

    @Test("a launcher that started processes which do not find each other")
    func singles() throws {
      let doctor = try Launcher.program("swift-dist-train")
      let slurm = [
        "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "3", "SLURM_NTASKS": "3", "SLURM_JOB_ID": "1",
      ]
      let first = try CommandRun(
        [doctor, "doctor", "--json"], environment: slurm.merging(["SLURM_PROCID": "0"]) { $1 }
      ).wait(timeout: 60)
      let problems = try Diagnosis(first).findings("launcher", "problem")
      #expect(first.status == 1 && problems.count == 1)
      #expect(problems.first?["advice"]?.stringValue?.contains("--mpi=pmix") == true)
      // All would say the same: one does, and its exit code is the launcher's.
      let second = try CommandRun(
        [doctor, "doctor", "--json"], environment: slurm.merging(["SLURM_PROCID": "1"]) { $1 }
      ).wait(timeout: 60)
      #expect(second.status == 0 && second.text.isEmpty)
    }

    @Test("bad usage is said once")
    func usage() throws {
      let trial = try Trial()
      let configuration = trial.folder + "/trial.yaml"
      for (arguments, words) in [
        ([trial.folder + "/none.yaml"], "cannot read the configuration"),
        ([configuration, "--set", "model.hiden=3"], "did you mean 'model.hidden'?"),
      ] {
        let result = try Launcher.start(["doctor"] + arguments, ranks: 2).wait(timeout: 60)
        #expect(result.status == 2 && result.errorLines.count == 1, "\(result.text)")
        #expect(result.errors.contains(words))
      }
      let time = try Launcher.start(["doctor", "--timeout", "0"], ranks: nil).wait()
      #expect(time.status == 2 && time.errors.contains("--timeout"))
    }
  }
}
