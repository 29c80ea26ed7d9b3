import Foundation
import HDF5
import Reporting
import Testing

extension CommandLineTests {
  /// Checkpoints that a run must not go on from.
  @Suite("Resuming") struct Resuming {
    private let trial: Trial
    init() throws {
      trial = try Trial()
      #expect(try trial.train(["--quiet"]).status == 0)
    }

    private func refuse(
      _ settings: [String], resume: String? = nil, ranks: Int = 1, says words: String...,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let words = words
      try trial.refuse(
        ["train", "run.yaml", "--run-dir", "run"] + settings.flatMap { ["--set", $0] }
          + (resume.map { ["--resume", $0] } ?? []), ranks: ranks, says: words,
        sourceLocation: sourceLocation)
    }

    @Test(arguments: [1, 3])
    func anotherModel(ranks: Int) throws {
      try refuse(
        ["model.hidden=9"], ranks: ranks, says: "belongs to another configuration",
        "model.hidden was 8 and is now 9", "--resume never")
    }

    @Test func otherSettings() throws {
      try refuse(["seed=2"], says: "seed was 1 and is now 2")
      try refuse(["training.shards=2"], says: "training.shards was 4 and is now 2")
      try refuse(["training.global_batch=16"], says: "training.global_batch was 12 and is now 16")
    }

    @Test func otherData() throws {
      try refuse(
        ["data.train.images=/train/floats"], says: "data.train.images was /train/images")
      try Trial.writeData(trial.path + "/data.h5")
      try File.creatingAtomically(trial.path + "/data.h5") { file in
        for (name, count) in [("train", 80), ("test", 30)] {
          let images = [UInt8](repeating: 7, count: count * 36)
          try file.write("/\(name)/images", shape: [count, 6, 6], values: images)
          try file.write(
            "/\(name)/labels", shape: [count], values: [Int32](repeating: 0, count: count))
        }
      }
      try refuse([], says: "trained on other data", "--resume never")
    }

    @Test func otherFiles() throws {
      try refuse([], resume: "nowhere.h5", says: "nowhere.h5 does not exist")
      try refuse(
        [], resume: "data.h5", says: "data.h5: an HDF5 file, but no checkpoint", "checkpoints/")
      try refuse([], resume: "run.yaml", says: "run.yaml: damaged or not a checkpoint")
      try refuse([], resume: ".", says: "cannot be read")
    }

    @Test func otherFormatVersion() throws {
      guard try Python.has("h5py, hashlib") else { return }
      try Python.call(
        """
        import h5py, hashlib, sys
        data = open(sys.argv[1], 'rb').read()[:-76]
        open('new.h5', 'wb').write(data)
        with h5py.File('new.h5', 'r+') as f: f.attrs['format_version'] = 99
        data = open('new.h5', 'rb').read()
        open('new.h5', 'wb').write(data + b'\\nsdt-sha256:' + hashlib.sha256(data).hexdigest().encode())
        """, [trial.checkpoints()[0]], in: trial.path)
      try refuse([], resume: "new.h5", says: "written in format 99", "this program reads format 1")
    }

    /// Turns a bit in the middle of a file.
    private func damage(_ name: String) throws {
      let url = URL(fileURLWithPath: trial.path + "/" + name)
      var bytes = try Data(contentsOf: url)
      bytes[bytes.count / 2] ^= 4
      try bytes.write(to: url)
    }

    @Test func damage() throws {
      let checkpoints = trial.checkpoints()
      let digest = try trial.json(["inspect", checkpoints[1], "--json"])["digest"]
      try damage(checkpoints[1])
      try refuse([], resume: checkpoints[1], says: "damaged: its content does not match")
      // The one before is taken, with a word, and the run ends where it did.
      let outcome = try trial.train()
      #expect(outcome.status == 0)
      #expect(
        outcome.errors.contains("skipped: ")
          && outcome.errors.contains("going on from \(checkpoints[0])"))
      #expect(try trial.json(["inspect", checkpoints[1], "--json"])["digest"] == digest)
    }

    @Test func nothingButDamage() throws {
      for checkpoint in trial.checkpoints() { try damage(checkpoint) }
      try refuse([], says: "no checkpoint in run/checkpoints can be used", "--resume never")
      #expect(try trial.train(["--quiet", "--resume", "never"]).status == 0)
    }

    @Test func keepOneAndGoOnBehindADamagedOne() throws {
      let checkpoints = trial.checkpoints()
      try damage(checkpoints[1])
      let settings = ["checkpoint.every_steps=2", "checkpoint.keep=1"]
      #expect(try trial.train(["--quiet", "--steps", "9"], set: settings).status == 0)
      #expect(trial.checkpoints() == ["run/checkpoints/step-00000009.h5"])
    }

    @Test func anEarlierCheckpointEndsInTheSameBits() throws {
      let checkpoints = trial.checkpoints()
      let digest = try trial.json(["inspect", checkpoints[1], "--json"])["digest"]
      #expect(try trial.train(["--quiet", "--resume", checkpoints[0]], ranks: 2).status == 0)
      #expect(try trial.json(["inspect", checkpoints[1], "--json"])["digest"] == digest)
    }
  }
}
