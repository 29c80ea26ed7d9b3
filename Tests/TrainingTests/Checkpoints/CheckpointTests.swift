import Foundation
import HDF5
import TestSupport
import Testing

@testable import Training

@Suite("Checkpoints") struct CheckpointTests {
  private func decoded(_ image: [UInt8]) throws -> Checkpoint {
    try Checkpoint(image: image, name: "x.h5")
  }

  @Test func roundTrip() throws {
    let checkpoint = someCheckpoint()
    let read = try decoded(checkpoint.encoded())
    #expect(read.arrays == checkpoint.arrays)
    #expect(
      read.arrays[1].values.map(\.bitPattern) == checkpoint.arrays[1].values.map(\.bitPattern))
    #expect(read.metricSums == checkpoint.metricSums)
    #expect(read.position == checkpoint.position)
    #expect(read.configuration == checkpoint.configuration)
    #expect(read.best == checkpoint.best)
    #expect(read.sampleShape == [1, 28, 27])
    #expect(
      [read.program, read.family, read.dataset, read.digest] == [
        "0.0.1", "rbm", "sha256:da7a", "sha256:d1",
      ])
    #expect(try read.encoded() == checkpoint.encoded(), "the same bytes every time")
    #expect(read["/state/chains"]?.values == [1, 0, 1, 1])
    #expect(read["/state/nothing"] == nil)
  }

  /// A change to the file by the HDF5 library, as a tool or a bit flip in an element would make it.
  private func damaged(_ change: @escaping (String) throws -> Void) throws -> String {
    try withTemporaryFolder { folder in
      let path = folder + "/x.h5"
      try Data(someCheckpoint().encoded()).write(to: URL(fileURLWithPath: path))
      try change(path)
      return message { try Checkpoint(reading: path) }
    }
  }

  @Test(
    "one bit of an array",
    arguments: someCheckpoint().arrays.map(\.path) + ["/state/metric_sums"])
  func bitFlip(array: String) throws {
    guard Python.isReady() else { return }
    let text = try damaged { path in
      try Python.call(
        """
        with h5py.File(args[0], 'r+') as f:
            x = f[args[1]]; b = x[()].view(np.uint8).copy(); b.flat[0] ^= 1; x[()] = b.view(x.dtype)
        """, path, array)
    }
    #expect(text.contains("damaged: its"))
  }

  @Test(
    "an attribute that was changed",
    arguments: [
      "step", "epoch", "step_in_epoch", "stage", "program_version", "family", "configuration",
      "dataset_fingerprint", "sample_channels", "sample_height", "digest", "best_name",
      "best_value", "best_step",
    ])
  func changedAttribute(name: String) throws {
    guard Python.isReady() else { return }
    let change = """
      with h5py.File(args[0], 'r+') as f:
          v = f.attrs[args[1]]; f.attrs[args[1]] = v + 1 if not isinstance(v, (str, bytes)) else 'x'
      """
    let text = try damaged { try Python.call(change, $0, name) }
    #expect(text.contains("damaged"))
    let removal = "with h5py.File(args[0], 'r+') as f: del f.attrs[args[1]]"
    #expect(try damaged { try Python.call(removal, $0, name) }.contains("damaged"))
  }

  @Test func missingAndMoreArrays() throws {
    guard Python.isReady() else { return }
    for change in ["del f['/parameters/bias']", "f['/parameters/more'] = np.zeros(1, 'f4')"] {
      let text = try damaged {
        try Python.call("with h5py.File(args[0], 'r+') as f: \(change)", $0)
      }
      #expect(text.contains("damaged: its"), "\(text)")
    }
  }

  @Test func everyBitIsGuarded() throws {
    let good = try someCheckpoint().encoded()
    for bit in stride(from: 0, to: good.count * 8, by: 31) {
      var image = good
      image[bit / 8] ^= 1 << (bit % 8)
      #expect(message { try decoded(image) }.contains("damaged"))
    }
  }

  @Test func truncation() throws {
    let image = try someCheckpoint().encoded()
    for length in [0, 1, 8, 100, image.count / 2, image.count - 1] {
      let text = message { try decoded(Array(image[..<length])) }
      #expect(text.contains("damaged"), "\(length): \(text)")
    }
  }

  @Test func otherFiles() throws {
    #expect(
      message { try decoded(Array("hello, world".utf8)) }.contains("damaged or not a checkpoint"))
    let other = try File.inMemory()
    try other.write("/train/images", shape: [2], values: [Float](repeating: 1, count: 2))
    #expect(
      message { try decoded(other.image()) }
        == "x.h5: an HDF5 file, but no checkpoint of swift-dist-train; name one of a run's "
        + "checkpoints/")
    #expect(message { try Checkpoint(reading: "/nowhere/x.h5") }.contains("does not exist"))
    #expect(message { try Checkpoint(reading: "/tmp") }.contains("cannot be read"))
  }

  @Test func otherFormatVersion() throws {
    guard Python.isReady() else { return }
    // As another version would write it: changed, and sealed again.
    let text = try damaged { path in
      try Python.call(
        """
        import hashlib
        data = open(args[0], 'rb').read()[:-76]
        open(args[0], 'wb').write(data)
        with h5py.File(args[0], 'r+') as f: f.attrs['format_version'] = 99
        data = open(args[0], 'rb').read()
        seal = b'\\nsdt-sha256:' + hashlib.sha256(data).hexdigest().encode()
        open(args[0], 'wb').write(data + seal)
        """, path)
    }
    #expect(text.contains("format 99 by version 0.0.1") && text.contains("format 1"), "\(text)")
    #expect(text.contains("use that version, or train anew"))
  }

  @Test func isReadByPython() throws {
    guard Python.isReady() else { return }
    try withTemporaryFolder { folder in
      let path = folder + "/x.h5"
      try Data(someCheckpoint().encoded()).write(to: URL(fileURLWithPath: path))
      let text = try Python.call(
        "f = h5py.File(args[0]); print(f['/parameters/weights'][1, 2], f.attrs['step'], f.attrs['family'])",
        path)
      #expect(text == "6.0 12 rbm")
    }
  }
}
