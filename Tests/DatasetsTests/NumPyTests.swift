import HDF5
import TestSupport
import Testing

@testable import Datasets

/// A NumPy file of version 1 with the dictionary `header`, and `bytes` of elements.
private func npy(_ header: String, _ bytes: [UInt8] = []) -> [UInt8] {
  let text = Array((header + "\n").utf8)
  return [0x93] + Array("NUMPY".utf8)
    + [1, 0, UInt8(text.count & 255), UInt8(text.count >> 8)] + text + bytes
}

/// The error of importing a file of these bytes.
private func errorOf(_ bytes: [UInt8], name: String = "x.npy") throws -> String {
  try withTemporaryFolder { folder in
    try write(bytes, to: folder + "/" + name)
    return try importError(NumPyImporter(folder + "/" + name))
  }
}

private let plain = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }"

@Suite struct NumPyTests {
  @Test func parsesHeaders() throws {
    func parsed(_ text: String) throws -> NPYHeader { try NPYHeader(text, file: "x") }
    #expect(try parsed(plain) == NPYHeader(type: .uint8, shape: [2, 3]))
    let odd = "{\"shape\":(7,),\"fortran_order\":False,\"descr\":\"<f8\"}"
    #expect(try parsed(odd) == NPYHeader(type: .float64, shape: [7]))
    let scalar = "{'descr': '<f4', 'fortran_order': False, 'shape': ()}"
    #expect(try parsed(scalar) == NPYHeader(type: .float32, shape: []))
  }

  @Test func importsALoneArrayWithoutNumPy() throws {
    try withTemporaryFolder { folder in
      try write(npy(plain, [1, 2, 3, 4, 5, 6]), to: folder + "/x.npy")
      try imported(NumPyImporter(folder + "/x.npy")) { file throws in
        #expect(try file.dataset("/train/images").readAll(as: UInt8.self) == [1, 2, 3, 4, 5, 6])
      }
    }
  }

  @Test func refusesDamagedArrays() throws {
    #expect(try errorOf([]).contains("ends inside the NumPy header"))
    #expect(try errorOf(Array("hello, world".utf8)).contains("not a NumPy array"))
    #expect(try errorOf(npy(plain, [1, 2, 3])).contains("3 of 6 bytes"))
    #expect(try errorOf(npy(plain, [1, 2, 3, 4, 5, 6, 7])).contains("longer than its header"))
    #expect(try errorOf(npy("{'descr': '|u1'}")).contains("no fortran_order"))
    #expect(try errorOf(npy("nonsense")).contains("bad NumPy header: no descr"))
    let shape = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, x)}"
    #expect(try errorOf(npy(shape)).contains("bad NumPy header: shape"))
    let huge = "{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999, 9999999999, 9)}"
    #expect(try errorOf(npy(huge)).contains("is too large"))
    #expect(try errorOf([0x93] + Array("NUMPY".utf8) + [9, 0]).contains("version 9"))
    #expect(try importError(NumPyImporter("/no/x.npy")).contains("cannot open it: No such file"))
  }

  @Test func refusesDamagedArchives() throws {
    #expect(try errorOf([], name: "x.npz").contains("not a whole ZIP archive"))
    #expect(try errorOf(Array("PK, or not".utf8), name: "x.npz").contains("not a whole ZIP"))
    let fake =
      [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 6) + [1]
      + [UInt8](
        repeating: 0, count: 11)
    #expect(try errorOf(fake, name: "x.npz").contains("not a whole ZIP archive"))
    #expect(try importError(NumPyImporter("/no/x.npz")).contains("cannot open it"))
  }

  @Test func refusesDamagedNumPyArchives() throws {
    guard Python.isReady() else { return }
    try withTemporaryFolder { folder throws in
      try Python.call(
        """
        import zipfile
        np.savez(args[0] + '/twice.npz', x_train=np.zeros(3), train_images=np.zeros(3))
        np.savez(args[0] + '/counts.npz', x_train=np.zeros((3, 2)), y_train=np.zeros(4, 'i4'))
        np.savez(args[0] + '/wide.npz', x=np.full((2, 2), 2 ** 40), y=np.zeros(2))
        np.savez_compressed(args[0] + '/good.npz', x=np.arange(10000) % 251)
        data = bytearray(open(args[0] + '/good.npz', 'rb').read())
        open(args[0] + '/cut.npz', 'wb').write(data[:-30])
        data[len(data) // 2] ^= 255
        open(args[0] + '/damaged.npz', 'wb').write(data)
        zipfile.ZipFile(args[0] + '/empty.npz', 'w').close()
        with zipfile.ZipFile(args[0] + '/bzip2.npz', 'w', zipfile.ZIP_BZIP2) as z:
            z.writestr('x.npy', b'123')
        """, folder)
      for (name, text) in [
        "twice": "two arrays would both become /train/images", "counts": "4 labels for 3 images",
        "wide": "1099511627776 does not fit 32 bits", "cut": "not a whole ZIP archive",
        "empty": "the archive has no arrays", "bzip2": "compressed by method 12",
      ] {
        #expect(try importError(NumPyImporter("\(folder)/\(name).npz")).contains(text))
      }
      let damaged = try importError(NumPyImporter(folder + "/damaged.npz"))
      #expect(damaged.contains("damaged.npz/x.npy"))
      try imported(NumPyImporter(folder + "/good.npz")) { file throws in
        let dataset = try file.dataset("/train/images")
        #expect(dataset.elementType == .int32)
        #expect(try dataset.readAll(as: Int.self) == (0..<10000).map { $0 % 251 })
      }
    }
  }

  @Test(arguments: [
    ("train_images", "/train/images"), ("x_train", "/train/images"), ("images", "/train/images"),
    ("X", "/train/images"), ("labels", "/train/labels"), ("y_test", "/test/labels"),
    ("test-labels", "/test/labels"), ("t10k.images", "/test/images"),
    ("val_images", "/validation/images"), ("weights_test", "/test/weights_test"),
    ("mean", "/train/mean"), ("a/b", "/train/a_b"),
  ])
  func namesSayWhereArraysGo(_ name: String, _ target: String) {
    #expect(NumPyImporter.target(of: name) == target)
  }
}
