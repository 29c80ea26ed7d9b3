import Foundation
import HDF5
import PNG
import Reporting
import Testing

extension CommandLineTests {
  /// data import, inspect and repack; bench.
  @Suite("Commands for data") struct DataCommands {
    private let trial: Trial
    init() throws { trial = try Trial() }

    /// Imports and says what `data inspect` finds: path and shape.
    private func imported(_ arguments: [String]) throws -> [String: [Int]] {
      let outcome = try Program.run(
        ["data", "import", "--output", "out.h5"] + arguments, in: trial.path)
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
      #expect(outcome.output.contains("fingerprint sha256:"))
      let json = try trial.json(["data", "inspect", "out.h5", "--json"])
      #expect(json["fingerprint"]?.stringValue?.hasPrefix("sha256:") == true)
      guard case .array(let entries)? = json["datasets"] else { return [:] }
      return Dictionary(
        uniqueKeysWithValues: entries.map { entry in
          guard case .array(let shape)? = entry["shape"] else { return ("", []) }
          return (entry["path"]?.stringValue ?? "", shape.compactMap(\.intValue))
        })
    }

    private func idx(_ name: String, _ shape: [Int]) throws {
      let axes: [[UInt8]] = shape.map { [0, 0, UInt8($0 >> 8), UInt8($0 & 255)] }
      let bytes = (0..<shape.reduce(1, *)).map { UInt8($0 % 7) }
      try Data([0, 0, 8, UInt8(shape.count)] + axes.joined() + bytes).write(
        to: URL(fileURLWithPath: trial.path + "/" + name))
    }

    @Test func idx() throws {
      try FileManager.default.createDirectory(
        atPath: trial.path + "/idx", withIntermediateDirectories: true)
      for (set, count) in [("train", 9), ("t10k", 4)] {
        try idx("idx/\(set)-images-idx3-ubyte", [count, 5, 3])
        try idx("idx/\(set)-labels-idx1-ubyte", [count])
      }
      #expect(
        try imported(["--format", "idx", "idx"])
          == [
            "/train/images": [9, 5, 3], "/train/labels": [9], "/test/images": [4, 5, 3],
            "/test/labels": [4],
          ])
    }

    @Test func csv() throws {
      let rows = (0..<10).map { "\($0),\($0 * 2),\($0 % 3)" }
      try trial.scratch.write((["a,b,class"] + rows).joined(separator: "\n"), to: "t.csv")
      #expect(
        try imported([
          "--format", "csv", "t.csv", "--label-column", "class", "--test-fraction", "0.2",
        ])
          == [
            "/train/images": [8, 2], "/train/labels": [8], "/test/images": [2, 2],
            "/test/labels": [2],
          ])
      try trial.scratch.write("1,2\n3,x\n", to: "bad.csv")
      try trial.refuse(
        ["data", "import", "--format", "csv", "bad.csv", "-o", "o.h5"], says: ["bad.csv"])
    }

    @Test func numPy() throws {
      guard try Python.has("numpy") else { return }
      try Python.call(
        "import numpy as np; np.save('x.npy', np.ones((7, 4, 3), 'f4')); np.save('y.npy', np.arange(7))",
        in: trial.path)
      #expect(
        try imported(["--format", "npy", "x.npy", "--labels", "y.npy"])
          == ["/train/images": [7, 4, 3], "/train/labels": [7]])
    }

    @Test func images() throws {
      for (number, name) in ["cat", "dog"].enumerated() {
        let folder = trial.path + "/pets/" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for i in 0..<3 {
          let pixels = [UInt8](repeating: UInt8(number * 100 + i), count: 20)
          try PNGImage(width: 5, height: 4, channels: 1, pixels: pixels).write(
            to: "\(folder)/\(i).png")
        }
      }
      #expect(
        try imported(["--format", "images", "pets"])
          == ["/train/images": [6, 4, 5], "/train/labels": [6]])
    }

    @Test(arguments: ["idx", "npy", "csv", "images"])
    func wrongInputs(format: String) throws {
      for input in ["nowhere", "data.h5"] {
        try trial.refuse(
          ["data", "import", "--format", format, input, "-o", "o.h5"], says: [input])
      }
    }

    @Test func outputsThatCannotBe() throws {
      try trial.scratch.write("1,2\n", to: "t.csv")
      try trial.refuse(
        ["data", "import", "--format", "csv", "t.csv", "-o", "nowhere/o.h5"], says: ["nowhere/o.h5"]
      )
      try trial.refuse(["data", "repack", "data.h5", "-o", "nowhere/o.h5"], says: ["nowhere/o.h5"])
      try trial.refuse(["data", "repack", "nowhere.h5", "-o", "o.h5"], says: ["no such file"])
      try trial.refuse(["data", "inspect", "nowhere.h5"], says: ["no such file"])
      try trial.refuse(["data", "inspect", "run.yaml"], says: ["not an HDF5 file"])
    }

    @Test func repacking() throws {
      let outcome = try Program.run(
        ["data", "repack", "data.h5", "-o", "small.h5", "--rows", "20"], in: trial.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let file = try File(reading: trial.path + "/small.h5")
      #expect(try file.dataset("/train/images").shape == [20, 6, 6])
      let labels = try file.dataset("/train/labels").readAll(as: Int32.self)
      #expect(Set(labels).count == 10, "every class is there")
      // A copy of all has the same content, so a run goes on with it.
      #expect(
        try Program.run(["data", "repack", "data.h5", "-o", "all.h5"], in: trial.path).status == 0)
      #expect(try trial.train(["--quiet", "--steps", "3"]).status == 0)
      #expect(try trial.train(["--quiet"], set: ["data.train.file=all.h5"]).status == 0)
    }

    @Test func benchmark() throws {
      let json = try trial.json(["bench", "--rows", "rbm", "--json"])
      guard case .array(let rows)? = json["rows"] else {
        Issue.record("\(json)")
        return
      }
      #expect(rows.count == 1)
      for name in [
        "ranks", "batch_per_rank", "ms_per_step", "samples_per_second", "gflops", "share_of_sgemm",
      ] {
        #expect((rows[0][name]?.doubleValue ?? 0) > 0, "\(name)")
      }
      #expect(rows[0]["name"]?.stringValue == "rbm")
      try trial.refuse(
        ["bench", "--rows", "rmb"], says: ["there is no row 'rmb'", "rows are rbm"])
    }
  }
}
