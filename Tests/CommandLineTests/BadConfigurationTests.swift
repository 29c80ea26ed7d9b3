import Foundation
import Testing

extension CommandLineTests {
  /// Configurations and command lines that cannot be used.
  @Suite("Bad configuration and usage") struct BadConfiguration {
    private let trial: Trial
    init() throws { trial = try Trial() }

    /// Every key that takes a number.
    static let numbers = [
      "training.epochs", "training.steps", "training.global_batch", "training.shards",
      "training.log_every_steps", "training.blas_threads", "model.hidden", "model.gibbs_steps",
      "model.sample_sweeps", "checkpoint.every_steps", "checkpoint.keep", "data.memory",
    ]

    @Test(arguments: numbers, ["0", "-1"])
    func zeroAndNegativeNumbers(key: String, value: String) throws {
      try trial.refuseTraining(["\(key)=\(value)"], says: ["\(key) is '\(value)' but must be"])
    }

    @Test(
      arguments: [
        "seed", "evaluation.every_epochs", "optimizer.learning_rate", "optimizer.momentum",
        "optimizer.weight_decay", "model.initial_deviation",
      ])
    func negativeNumbers(key: String) throws {
      try trial.refuseTraining(["\(key)=-1"], says: ["\(key) is '-1' but must be"])
    }

    @Test(arguments: ["99999999999999999999", "1e99", "9223372036854775807"])
    func hugeNumbers(number: String) throws {
      try trial.refuseTraining(
        ["model.hidden=\(number)"], says: ["whole number from 1 to 1000000"])
      try trial.refuseTraining(["data.memory=1e99GiB"], says: ["data.memory is '1e99GiB'"])
    }

    @Test(arguments: [1, 3])
    func unknownKeys(ranks: Int) throws {
      try trial.refuseTraining(
        ["training.epoch=1"], ranks: ranks,
        says: ["unknown key 'training.epoch'; did you mean 'training.epochs'?"])
    }

    @Test func malformedFile() throws {
      try trial.scratch.write("name: a\ndata: {train: {file: x}\nmodel: 3\n", to: "run.yaml")
      try trial.refuseTraining([], says: ["run.yaml:3:", "not valid YAML"])
    }

    @Test func missingFile() throws {
      try trial.refuse(
        ["train", "nowhere.yaml"], says: ["cannot read the configuration nowhere.yaml", trial.path])
      try trial.refuse(["train", "."], says: ["cannot read the configuration ."])
    }

    @Test func moreRanksThanShards() throws {
      try trial.refuseTraining(
        ["training.shards=2"], ranks: 3,
        says: ["3 ranks cannot share 2 logical shards", "start at most 2", "training.shards"])
    }

    @Test(arguments: [1, 2])
    func runDirectoryBelowAFile(ranks: Int) throws {
      // Nobody can write there, not even root.
      try trial.refuse(
        ["train", "run.yaml", "--run-dir", "data.h5/run"], ranks: ranks,
        says: ["cannot write the run directory 'data.h5/run': data.h5 is a file", "--run-dir"])
      try trial.refuse(
        ["train", "run.yaml", "--run-dir", "data.h5"], says: ["data.h5 is a file"])
      try trial.refuse(
        ["train", "run.yaml", "--run-dir", ""], says: ["the run directory has no name"])
    }

    @Test func runDirectoryOfSomebodyElse() throws {
      guard getuid() != 0 else { return }
      try trial.refuse(
        ["train", "run.yaml", "--run-dir", "/proc/1/run"], says: ["not yours to write in"])
    }

    @Test(arguments: ["a/b", "..", "\"a\\tb\""])
    func runNames(name: String) throws {
      try trial.refuse(
        ["train", "run.yaml", "--set", "name=\(name)"], says: ["name names a directory below runs/"]
      )
    }

    @Test func oddRunNamesThatAreFine() throws {
      let name = "ünï 'côde' $HOME *"
      let outcome = try Program.run(
        ["train", "run.yaml", "--quiet", "--steps", "1", "--set", "name=\"\(name)\""],
        in: trial.path, environment: ["LC_ALL": "C"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(trial.scratch.has("runs/\(name)/config.yaml"))
    }

    /// Usage is told by one rank, with the words of the parser.
    @Test(
      arguments: [
        (["train"], "Missing expected argument '<config>'"),
        (["train", "--fast", "run.yaml"], "Unknown option '--fast'"),
        (["tran"], "tran"), (["train", "run.yaml", "--epochs"], "--epochs"),
        (["train", "run.yaml", "--epochs", "1", "--steps", "1"], "exclude each other"),
        (["sample", "x.h5", "--output", "x.gif"], "--output ends in .png or .h5"),
        (["sample", "x.h5", "--count", "0"], "above zero"),
        (["encode", "x.h5", "--split", "dev"], "--split is test or train"),
        (["data", "import", "x"], "--format"),
        (
          ["data", "import", "x", "--format", "csv", "-o", "y", "--delimiter", "ab"],
          "one character"
        ),
        (["data", "repack", "x", "-o", "y", "--gzip", "10"], "--gzip is 0 to 9"),
      ], [1, 3])
    func usage(arguments: ([String], String), ranks: Int) throws {
      // The launcher costs a second each; one command is enough there.
      guard ranks == 1 || arguments.0 == ["train"] else { return }
      try trial.refuse(arguments.0, ranks: ranks, says: [arguments.1])
    }

    @Test(arguments: [1, 3])
    func helpAndVersion(ranks: Int) throws {
      let version = try Program.run(["--version"], ranks: ranks)
      #expect(version.status == 0 && version.errors.isEmpty)
      #expect(version.output.split(separator: "\n").count == 1)
      let help = try Program.run(["train", "--help"], ranks: ranks)
      #expect(help.status == 0 && help.errors.isEmpty)
      #expect(help.output.components(separatedBy: "USAGE:").count == 2, "once")
      #expect(help.output.contains("mpirun -n 4"))
    }

    @Test func everyCommandHasHelp() throws {
      for command in ["train", "evaluate", "sample", "encode", "inspect", "data", "bench"] {
        let help = try Program.run([command, "--help"])
        #expect(help.status == 0 && help.output.contains("OVERVIEW:"))
      }
    }
  }
}
