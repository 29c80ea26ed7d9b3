import Foundation
import HDF5
import TestSupport
import Testing

@testable import Datasets

/// A file of two groups: 12 rows with labels that are not balanced, 4 rows without labels.
private func example(_ path: String) throws {
  let file = try File(creating: path)
  let labels: [Int32] = [0, 0, 0, 0, 0, 0, 1, 2, 1, 2, 1, 0]
  try file.write("/train/images", shape: [12, 2, 2], values: (0..<48).map { Float($0) })
  try file.write("/train/labels", shape: [12], values: labels)
  try file.write(
    "/test/images", shape: [4, 3], values: [1.0, 2, 3, 4, 5, 6, 7, 8, 9, .nan, 0, -1])
  try file.write("/scale", shape: [], values: [Float(0.5)])
  try file.setAttribute("class_names", ["zero", "one", "two"], on: "/train/labels")
  try file.setAttribute("layout", "NHW", on: "/train/images")
  try file.setAttribute("made", "by hand")
  try file.setAttribute("version", 3)
  try file.setAttribute("fingerprint", "sha256:old")
  try file.close()
}

@Suite struct InspectionTests {
  @Test func describesAFile() throws {
    try withTemporaryFolder { folder throws in
      try example(folder + "/x.h5")
      let inspection = try DatasetInspection(of: folder + "/x.h5")
      #expect(inspection.fingerprint == "sha256:old" && inspection.fileBytes > 200)
      let names = inspection.datasets.map(\.path)
      #expect(names == ["/scale", "/test/images", "/train/images", "/train/labels"])
      let images = inspection.datasets[2]
      #expect(images.shape == [12, 2, 2] && images.type == "float32" && images.chunk == nil)
      #expect(images.rawBytes == 192 && images.compressionRatio == 1)
      let range = DatasetInspection.Statistics(minimum: 0, maximum: 47, mean: 23.5, notFinite: 0)
      #expect(images.statistics == range)
      #expect(inspection.datasets[1].statistics?.notFinite == 1)
      #expect(inspection.datasets[1].statistics?.minimum == -1)
      let counts = inspection.datasets[3].labels?.map(\.count)
      #expect(counts == [7, 3, 2])
      #expect(inspection.description.contains("0 (zero) × 7, 1 (one) × 3, 2 (two) × 2"))
      #expect(inspection.description.contains("/test/images: 1 values are NaN or infinite"))
      let json = try JSONEncoder().encode(inspection)
      let value = try JSONSerialization.jsonObject(with: json) as? [String: Any]
      #expect((value?["datasets"] as? [Any])?.count == 4)
    }
  }

  @Test func repacksAll() throws {
    try withTemporaryFolder { folder throws in
      try example(folder + "/x.h5")
      let summary = try Repacking(of: folder + "/x.h5").write(to: folder + "/y.h5")
      let (old, new) = try (File(reading: folder + "/x.h5"), File(reading: folder + "/y.h5"))
      #expect(try Fingerprint.computed(of: old) == summary.fingerprint)
      #expect(try new.attributeString("fingerprint") == summary.fingerprint)
      #expect(try new.attributeString("made") == "by hand")
      #expect(try new.attributeInt("version") == 3)
      #expect(try new.attributeString("layout", on: "/train/images") == "NHW")
      let names = try new.attributeStrings("class_names", on: "/train/labels")
      #expect(names == ["zero", "one", "two"])
      #expect(try new.dataset("/train/images").filters == ["shuffle", "gzip(4)"])
      #expect(try new.dataset("/scale").readAll(as: Float.self) == [0.5])
    }
  }

  @Test func repacksABalancedSample() throws {
    try withTemporaryFolder { folder throws in
      let path = folder + "/x.h5"
      try example(path)
      var options = Repacking.Options()
      options.rows = 6
      options.rowsOfGroup = ["/test": 1]
      try Repacking(of: path, options: options).write(to: path)
      let file = try File(reading: path)
      #expect(try file.dataset("/train/labels").readAll(as: Int.self) == [0, 0, 1, 2, 1, 2])
      let images = try file.dataset("/train/images").readAll(as: Int.self)
      #expect(stride(from: 0, to: 24, by: 4).map { images[$0] / 4 } == [0, 1, 6, 7, 8, 9])
      #expect(try file.dataset("/test/images").shape == [1, 3])
    }
  }

  @Test func refusesBadOptions() throws {
    try withTemporaryFolder { folder throws in
      try example(folder + "/x.h5")
      func error(_ change: (inout Repacking.Options) -> Void) -> String {
        var options = Repacking.Options()
        change(&options)
        return message {
          try Repacking(of: folder + "/x.h5", options: options).write(to: folder + "/y.h5")
        }
      }
      #expect(error { $0.rows = 0 }.contains("0 rows"))
      #expect(error { $0.deflate = 10 }.contains("gzip level 10"))
      #expect(error { $0.rowsOfGroup = ["/val": 3] }.contains("name one of /, /test, /train"))
      #expect(message { _ = try DatasetInspection(of: folder + "/z.h5") }.contains("no such file"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["x.h5"])
    }
  }

  @Test func balancesClasses() {
    let labels = [5, 5, 5, 5, 1, 1, 9]
    #expect(balancedRows(labels, count: 3) == [0, 4, 6])
    #expect(balancedRows(labels, count: 5) == [0, 1, 4, 5, 6])
    #expect(balancedRows(labels, count: 6) == [0, 1, 2, 4, 5, 6])
    #expect(balancedRows(labels, count: 2) == [0, 4])
    #expect(balancedRows(labels, count: 99) == [0, 1, 2, 3, 4, 5, 6])
    #expect(balancedRows(labels, count: 4) == [0, 4, 5, 6])
  }

  @Test func fingerprintSeesEverythingThatMatters() throws {
    func fingerprint(_ path: String, _ shape: [Int], _ values: [Int32], chunk: [Int]? = nil) throws
      -> String
    {
      let file = try File.inMemory()
      try file.write(path, shape: shape, values: values, chunk: chunk)
      return try Fingerprint.computed(of: file)
    }
    let base = try fingerprint("/x", [2, 2], [1, 2, 3, 4])
    #expect(base.hasPrefix("sha256:") && base.count == 71)
    #expect(try fingerprint("/x", [2, 2], [1, 2, 3, 4], chunk: [1, 2]) == base)
    #expect(try fingerprint("/y", [2, 2], [1, 2, 3, 4]) != base)
    #expect(try fingerprint("/x", [4, 1], [1, 2, 3, 4]) != base)
    #expect(try fingerprint("/x", [2, 2], [1, 2, 3, 5]) != base)
  }

  @Test func aFullDeviceLeavesNothing() throws {
    // Every write to /dev/full fails; a name that cannot be created fails at once.
    let text = message { try DatasetWriter.write(to: "/dev/full/x.h5") { _ in } }
    #expect(text.contains("cannot create '/dev/full/x.h5'"))
  }
}
