import Foundation
import Reporting
import Testing

extension CommandLineTests {
  /// Scripts, as the program writes and submits them.
  @Suite("launch") struct Launches {
    private let trial: Trial
    init() throws { trial = try Trial() }

    private func launch(_ words: [String], environment: [String: String] = [:]) throws -> Outcome {
      try Program.run(["launch"] + words, in: trial.path, environment: environment)
    }

    /// A command that stands in for that of a scheduler: it keeps its input, and says what it is told.
    private func standIn(_ name: String, says: String, status: Int = 0) throws -> [String: String] {
      try trial.scratch.write(
        "#!/bin/bash\ncat >took\nprintf '%s\\n' '\(says)'\nexit \(status)\n", to: "text")
      let script = "mkdir -p bin && install -m 755 text 'bin/\(name)'"
      #expect(try Program.command(["bash", "-c", script], in: trial.path).status == 0)
      let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
      return ["PATH": "\(trial.path)/bin:\(path)"]
    }

    @Test("a script goes to standard output, and trains") func trains() throws {
      let words = ["mpirun", "run.yaml", "--ranks", "2", "--bind-to", "none", "--run-dir", "out"]
      let written = try launch(words + ["--set", "training.epochs=1"])
      #expect(written.status == 0 && written.errors.isEmpty, "\(written.errors)")
      let script = written.output
      #expect(script.hasPrefix("#!/bin/bash\n") && script.contains("/swift-dist-train)"))
      #expect(!trial.scratch.has("out"))
      try trial.scratch.write(written.output, to: "job.sh")
      let outcome = try Program.command(["bash", "job.sh"], in: trial.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let started = try launch(words + ["--run"])
      #expect(started.status == 0, "\(started.errors)")
      #expect(trial.checkpoints("out").count > 0)
      let alone = try trial.train(["--quiet"])
      #expect(alone.status == 0)
      let digests = try ["run", "out"].map { run in
        try trial.json(["inspect", trial.checkpoints(run).last!, "--json"])["digest"]
      }
      #expect(digests[0] == digests[1])
    }

    @Test("names of the worst kind train, and nothing else runs") func hostileNames() throws {
      let name = "it's $(touch INJECTED); `touch INJECTED` \"x\" & *.yaml"
      try trial.scratch.write(trial.scratch.text("run.yaml"), to: name)
      let words = [
        "mpirun", name, "--ranks", "2", "--bind-to", "none", "--run", "--set",
        "name='; touch INJECTED #'", "--run-dir", "out $(touch INJECTED)", "--env",
        "X=$(touch INJECTED)", "--", "--quiet",
      ]
      let outcome = try launch(words)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(trial.checkpoints("out $(touch INJECTED)").count > 0)
      #expect(!trial.scratch.has("INJECTED"))
    }

    @Test("--output is a file that can be run, and is replaced by --force alone") func output()
      throws
    {
      let words = ["slurm", "run.yaml", "--ranks", "2", "--output", "job.sh"]
      let first = try launch(words)
      #expect(first.status == 0 && first.output.isEmpty, "\(first.errors)")
      #expect(access(trial.path + "/job.sh", X_OK) == 0)
      try trial.scratch.write("mine", to: "job.sh")
      try trial.refuse(["launch"] + words, says: ["job.sh is there already", "--force"])
      #expect(trial.scratch.text("job.sh") == "mine")
      #expect(try launch(words + ["--force"]).status == 0)
      #expect(trial.scratch.text("job.sh").contains("#SBATCH --ntasks=2"))
      try trial.refuse(
        ["launch", "slurm", "run.yaml", "--ranks", "2", "--output", "no/job.sh"],
        says: ["cannot write the script no/job.sh", "No such file"])
      #expect(!trial.scratch.files().contains { $0.contains("partial") })
    }

    @Test(
      "--submit gives the script to the scheduler, and prints the job's number",
      arguments: [
        ("slurm", "sbatch", "123;cluster", "123"), ("pbs", "qsub", "12[].server", "12[].server"),
        ("lsf", "bsub", "Job <124> is submitted to queue <normal>.", "124"),
      ])
    func submit(kind: String, command: String, says: String, number: String) throws {
      let words = [kind, "run.yaml", "--ranks", "2"]
      let outcome = try launch(
        words + ["--submit"], environment: try standIn(command, says: says))
      #expect(outcome.status == 0 && outcome.output == number + "\n", "\(outcome)")
      #expect(trial.scratch.text("took") == (try launch(words).output))
      let refused = try launch(
        words + ["--submit"], environment: try standIn(command, says: "no", status: 1))
      #expect(refused.status == 2 && refused.errorLines.count == 1, "\(refused)")
      #expect(refused.errors.contains("\(command) did not take the script"))
      let nowhere = try launch(words + ["--submit"], environment: ["PATH": "/usr/bin:/nowhere"])
      if !FileManager.default.fileExists(atPath: "/usr/bin/" + command) {
        #expect(nowhere.status == 2 && nowhere.errors.contains("no \(command) on the PATH"))
      }
    }

    @Test(
      "what is refused",
      arguments: [
        (["--ranks", "5"], ["5 ranks cannot share 4 logical shards", "training.shards"]),
        (["--nodes", "5", "--tasks-per-node", "1"], ["5 ranks cannot share 4"]),
        ([], ["--ranks N"]), (["--nodes", "2"], ["--tasks-per-node"]),
        (["--ranks", "2", "--nodes", "2", "--tasks-per-node", "1"], ["not both"]),
        (["--ranks", "0"], ["--ranks is 0"]),
        (["--ranks", "2", "--time", "soon"], ["--time is 'soon'"]),
        (["--ranks", "2", "--time", "2"], ["--signal-seconds is 120 but --time is 120 s"]),
        (["--ranks", "2", "--memory", "lots"], ["--memory is 'lots'"]),
        (["--ranks", "2", "--partition", "a b"], ["--partition is 'a b'"]),
        (["--ranks", "2", "--job-name", "a\n#SBATCH --wrap=x"], ["--job-name is 'a?#SBATCH"]),
        (["--ranks", "2", "--run-dir", "a\nb"], ["the run directory", "a newline"]),
        (["--ranks", "2", "--set", "model.hiden=3"], ["did you mean 'model.hidden'?"]),
        (["--ranks", "2", "--sweep", "model.hidden=1,0"], ["from 1 to 1000000"]),
        (["--ranks", "2", "--sweep", "model.hidden"], ["different values"]),
        (["--ranks", "2", "--container", "a 'b"], ["--container", "without its other half"]),
        (["--ranks", "2", "--env", "UID=3"], ["'UID'"]),
        (["--ranks", "2", "--", "--resume", "never"], ["--resume cannot follow --"]),
        (["--ranks", "2", "--", "--run-dir=x"], ["--run-dir=x cannot follow --"]),
        (["--ranks", "2", "--", "--epoch", "3"], ["after --, for train", "--epochs"]),
        (
          ["--ranks", "2", "--sweep", "model.hidden=3,4", "--", "--epochs", "3"],
          ["after --, for sweep", "--epochs"]
        ),
      ])
    func refused(words: [String], says: [String]) throws {
      try trial.refuse(["launch", "slurm", "run.yaml"] + words, says: says)
    }

    @Test("what mpirun refuses besides") func refusedByMpirun() throws {
      let words = ["launch", "mpirun", "run.yaml"]
      try trial.refuse(
        words + ["--ranks", "4", "--hosts", "a:1,b:2"], says: ["4 ranks do not fit", "3 slots"])
      try trial.refuse(words + ["--hosts", "a b"], says: ["no host with slots"])
      try trial.refuse(["launch", "mpirun", "no.yaml", "--ranks", "1"], says: ["no.yaml"])
      let hosts = try launch(["mpirun", "run.yaml", "--hosts", "a:1,b:2"])
      #expect(hosts.output.contains("-n 3") && hosts.output.contains("--host a:1,b:2") == false)
      #expect(hosts.output.contains("--host 'a:1,b:2'"), "\(hosts.output)")
    }

    @Test(
      "the examples in cluster are what the command writes",
      arguments: [
        "slurm/train", "slurm/train-on-nodes", "slurm/sweep", "pbs/train", "pbs/train-torque",
        "lsf/train",
      ])
    func examples(name: String) throws {
      let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
      let page = try String(contentsOfFile: project + "/cluster/README.md", encoding: .utf8)
      let command = page.split(separator: "\n").first {
        $0.contains("--output cluster/\(name).sh")
      }
      let words = try #require(command).split(separator: " ").map(String.init)
      let place = try #require(words.firstIndex(of: "--output"))
      let arguments = Array(words[1..<place])
      let outcome = try Program.run(arguments, in: project)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let stored = try String(
        contentsOfFile: "\(project)/cluster/\(name).sh", encoding: .utf8)
      #expect(outcome.output == stored)
    }
  }
}
