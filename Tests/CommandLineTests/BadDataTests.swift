import Foundation
import HDF5
import Testing

extension CommandLineTests {
  /// Data that cannot be used: found before anything is written, told once.
  @Suite("Bad data") struct BadData {
    private let trial: Trial
    init() throws { trial = try Trial() }

    /// With `name` as the training file.
    private func refuse(
      _ name: String, ranks: Int = 1, says words: String...,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      try trial.refuseTraining(
        ["data.train.file=\(name)"], ranks: ranks, says: words, sourceLocation: sourceLocation)
    }

    @Test(arguments: [1, 3])
    func missingFile(ranks: Int) throws {
      try refuse(
        "nowhere.h5", ranks: ranks, says: "cannot open 'nowhere.h5': no such file", trial.path,
        "'data import'")
    }

    @Test func unreadableFile() throws {
      // Root reads everything.
      guard getuid() != 0 else { return }
      chmod(trial.path + "/data.h5", 0)
      try refuse("data.h5", says: "no permission to read it")
    }

    @Test func aFolder() throws { try refuse(".", says: "it is a directory, not an HDF5 file") }

    @Test func truncatedFile() throws {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: trial.path + "/data.h5"))
      try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: trial.path + "/half.h5"))
      try refuse("half.h5", says: "half.h5", "the HDF5 file is cut off")
    }

    @Test func otherAndEmptyFiles() throws {
      try refuse("run.yaml", says: "it is not an HDF5 file")
      try trial.scratch.write("", to: "none.h5")
      try refuse("none.h5", says: "the file is empty")
    }

    @Test(arguments: [1, 2])
    func missingDataset(ranks: Int) throws {
      try trial.refuseTraining(
        ["data.train.images=/train/image"], ranks: ranks,
        says: ["no dataset '/train/image' in 'data.h5'", "/train/floats, /train/images"])
    }

    /// Writes `/train/images` of any shape.
    private func write(_ name: String, shape: [Int], _ values: [Float]) throws {
      try File.creatingAtomically(trial.path + "/" + name) { file in
        try file.write("/train/images", shape: shape, values: values)
        if let rows = shape.first {
          try file.write(
            "/train/labels", shape: [rows], values: [Int32](repeating: 0, count: rows))
        }
      }
    }

    @Test func wrongRank() throws {
      for shape in [[72], [2, 2, 2, 3, 3]] {
        try write("rank.h5", shape: shape, [Float](repeating: 0, count: 72))
        try refuse("rank.h5", says: "rank.h5: /train/images: has \(shape.count) axes", "NCHW")
      }
      try trial.refuseTraining(
        ["data.train.layout=ND"], says: ["has 3 axes", "set layout to one of"])
    }

    @Test func wrongType() throws {
      guard try Python.has("h5py, numpy") else { return }
      try Python.call(
        """
        import h5py, numpy as np
        with h5py.File('words.h5', 'w') as f:
            f['/train/images'] = np.array([[b'a'] * 36] * 80, 'S4')
            f['/train/labels'] = np.zeros(80, 'i4')
        """, in: trial.path)
      try refuse("words.h5", says: "/train/images: holds string, not numbers", "name a dataset")
    }

    @Test func labels() throws {
      try trial.refuseTraining(
        ["data.train.labels=/test/labels"],
        says: ["/test/labels: has axes [30]", "80 samples", "one integer a sample: [80]"])
      try trial.refuseTraining(
        ["data.train.labels=/train/floats"], says: ["/train/floats: has axes [80, 6, 6]"])
    }

    @Test func emptyDataset() throws {
      try write("empty.h5", shape: [0, 6, 6], [])
      try refuse("empty.h5", says: "/train/images: is empty", "name a dataset with samples")
    }

    @Test func batchLargerThanDataset() throws {
      try trial.refuseTraining(
        ["training.global_batch=81"],
        says: ["training.global_batch is 81", "data.h5 has only 80 samples", "make it smaller"])
    }

    /// On three ranks one alone sees the value; all end.
    @Test(
      arguments: [(Float.nan, "nan"), (.infinity, "inf"), (1.5, "1.5, outside 0.0 to 1.0")], [1, 3])
    func badValue(value: (Float, String), ranks: Int) throws {
      try Trial.writeData(trial.path + "/bad.h5") {
        if $0.count == 80 * 36 { $0[33 * 36 + 7] = value.0 }
      }
      try trial.refuseTraining(
        ["data.train.file=bad.h5", "data.train.images=/train/floats"], ranks: ranks,
        says: ["bad.h5: /train/floats[33]: value 7 of the sample is \(value.1)"])
    }

    @Test func badValueInTheTestSet() throws {
      try Trial.writeData(trial.path + "/bad.h5") { if $0.count == 30 * 36 { $0[5] = .nan } }
      try trial.refuseTraining(
        ["data.test.file=bad.h5", "data.test.images=/test/floats"],
        says: ["/test/floats[0]: value 5"])
    }

    @Test func setsOfDifferentShapes() throws {
      try write("wide.h5", shape: [80, 5, 6], [Float](repeating: 0, count: 80 * 30))
      try refuse("wide.h5", says: "test samples are 6×6 but training samples are 5×6")
    }

    @Test func relativePathsStartWhereTheProgramDoes() throws {
      let outcome = try Program.run(
        ["train", trial.path + "/run.yaml", "--run-dir", trial.path + "/run"], in: "/tmp")
      #expect(outcome.status == 2 && outcome.errorLines.count == 1)
      #expect(outcome.errors.contains("its path starts at /tmp"), "\(outcome.errors)")
      #expect(!trial.scratch.has("run"))
    }
  }
}
