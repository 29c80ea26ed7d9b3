import Foundation
import HDF5
import TestSupport
import Testing

@testable import Datasets

@Suite struct InteropTests {
  @Test func readsWhatH5PyWrites() throws {
    guard Python.isReady() else { return }
    try withTemporaryFolder { folder throws in
      let path = folder + "/py.h5"
      try Python.call(
        """
        with h5py.File(args[0], 'w') as f:
            x = np.arange(60).reshape(10, 6)
            for t in 'u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8'.split():
                f['le/' + t] = x.astype('<' + t)
                f['be/' + t] = x.astype('>' + t)
            k = dict(data=x.astype('f4'), chunks=(4, 3))
            f.create_dataset('plain', **k)
            f.create_dataset('gzip', compression='gzip', compression_opts=9, **k)
            f.create_dataset('shuffle', compression='gzip', shuffle=True, **k)
            f.create_dataset('fletcher', fletcher32=True, **k)
            f.create_dataset('lzf', compression='lzf', **k)
            f.create_dataset('grows', maxshape=(None, 6), **k)
            f['bool'] = x % 2 == 0
            f['text'] = 'a string'
            f['scalar'] = 2.5
            f.attrs['text'] = 'größer'
            f.attrs['bytes'] = np.bytes_(b'fixed')
            f.attrs['names'] = ['a', 'ß']
            f.attrs['count'] = 7
            f.attrs['small'] = np.uint8(200)
            f.attrs['mean'] = np.float32(0.5)
        """, path)
      let file = try File(reading: path)
      let expected = (0..<60).map { Float($0) }
      let names: [String: ElementType] = [
        "u1": .uint8, "i1": .int8, "u2": .uint16, "i2": .int16, "u4": .uint32, "i4": .int32,
        "u8": .uint64, "i8": .int64, "f2": .float16, "f4": .float32, "f8": .float64,
      ]
      for (name, type) in names {
        for order in ["le", "be"] {
          let dataset = try file.dataset("/\(order)/\(name)")
          #expect(dataset.elementType == type)
          #expect(try dataset.readAll(as: Float.self) == expected)
        }
      }
      let filters = [
        "plain": [], "gzip": ["gzip(9)"], "shuffle": ["shuffle", "gzip(4)"],
        "fletcher": ["fletcher32"], "grows": [],
      ]
      for (name, list) in filters {
        let dataset = try file.dataset(name)
        #expect(dataset.chunk == [4, 3] && dataset.filters == list)
        #expect(try dataset.readAll(as: Float.self) == expected)
      }
      #expect(try file.dataset("bool").readAll(as: UInt8.self) == (0..<60).map { 1 - $0 % 2 })
      #expect(try file.dataset("scalar").readAll(as: Double.self) == [2.5])
      #expect(try file.attributeString("text") == "größer")
      #expect(try file.attributeString("bytes") == "fixed")
      #expect(try file.attributeStrings("names") == ["a", "ß"])
      #expect(try file.attributeInt("count") == 7)
      #expect(try file.attributeInt("small") == 200)
      #expect(try file.attributeDouble("mean") == 0.5)
      // What cannot be read says why.
      #expect(try file.dataset("lzf").filters == ["lzf"])
      let lzf = message { _ = try file.dataset("lzf").readAll(as: Float.self) }
      #expect(lzf.contains("'lzf' is not registered"))
      let text = message { _ = try file.dataset("text").readAll(as: Float.self) }
      #expect(text.contains("no numbers but elements of type string"))
    }
  }

  @Test func h5pyReadsWhatWeWrite() throws {
    guard Python.isReady() else { return }
    try withTemporaryFolder { folder throws in
      let path = folder + "/ours.h5"
      let file = try File(creating: path)
      for type in ElementType.numbers {
        let dataset = try file.createDataset(
          "/t/\(type)", shape: [10, 6], type: type, chunk: [4, 6], deflate: 4, shuffle: true)
        try (0..<60).map { Float($0) }.withUnsafeBytes {
          try dataset.write(rows: 0..<10, as: .float32, from: $0)
        }
      }
      try file.setAttribute("text", "größer")
      try file.setAttribute("names", ["a", "ß"], on: "/t/int8")
      try file.setAttribute("count", -7)
      try file.setAttribute("mean", 0.1)
      try file.close()
      try Python.call(
        """
        with h5py.File(args[0]) as f:
            for name, d in f['t'].items():
                assert d.dtype == np.dtype(name), (name, d.dtype)
                assert (d[:] == np.arange(60).reshape(10, 6)).all(), name
                assert d.compression == 'gzip' and d.shuffle and d.chunks == (4, 6), name
            assert len(f['t']) == 11
            assert f.attrs['text'] == 'größer' and f.attrs['count'] == -7 and f.attrs['mean'] == 0.1
            assert list(f['t/int8'].attrs['names']) == ['a', 'ß']
        """, path)
    }
  }

  @Test(arguments: ["savez", "savez_compressed"])
  func importsWhatNumPyWrites(_ function: String) throws {
    guard Python.isReady() else { return }
    try withTemporaryFolder { folder throws in
      let path = folder + "/x.npz"
      try Python.call(
        """
        r = np.random.default_rng(1)
        getattr(np, args[1])(args[0],
            x_train=r.integers(0, 256, (700, 28, 28)).astype('u1'), y_train=np.arange(700) % 10,
            x_test=r.normal(size=(50, 28, 28)).astype('f2'), y_test=np.arange(50)[:, None] * 1000,
            mean=np.arange(4.0))
        """, path, function)
      try withTemporaryFolder { output throws in
        let summary = try NumPyImporter(path).write(to: output + "/x.h5")
        #expect(
          summary.datasets.map { "\($0.path) \($0.type) \($0.shape)" } == [
            "/test/images float16 [50, 28, 28]", "/test/labels int32 [50]",
            "/train/images uint8 [700, 28, 28]", "/train/labels uint8 [700]",
            "/train/mean float64 [4]",
          ])
        try Python.call(
          """
          z = np.load(args[0])
          with h5py.File(args[1]) as f:
              assert (f['train/images'][:] == z['x_train']).all()
              assert (f['train/labels'][:] == z['y_train']).all()
              assert (f['test/images'][:] == z['x_test']).all()
              assert (f['test/labels'][:] == z['y_test'][:, 0]).all()
              assert (f['train/mean'][:] == z['mean']).all()
              assert f['train/images'].compression == 'gzip' and not f['train/images'].shuffle
              assert f['test/images'].shuffle
              assert f.attrs['fingerprint'].startswith('sha256:')
          """, path, output + "/x.h5")
      }
    }
  }

  @Test func importsEveryTypeOfArray() throws {
    guard Python.isReady() else { return }
    try withTemporaryFolder { folder throws in
      try Python.call(
        """
        x = np.arange(24).reshape(4, 3, 2)
        for t in 'u1 i1 i2 u2 i4 u4 i8 u8 f2 f4 f8 b1'.split():
            np.save(args[0] + '/' + t + '.npy', x.astype(t))
        np.save(args[0] + '/fortran.npy', np.asfortranarray(x))
        np.save(args[0] + '/big.npy', x.astype('>f4'))
        np.save(args[0] + '/complex.npy', x.astype('c8'))
        np.save(args[0] + '/fields.npy', np.zeros(3, dtype=[('a', 'f4'), ('b', 'i4')]))
        np.save(args[0] + '/labels.npy', np.array([3, 0, 300, -1]))
        for v in 2, 3:
            with open(args[0] + f'/v{v}.npy', 'wb') as f:
                np.lib.format.write_array(f, x.astype('f4'), version=(v, 0))
        """, folder)
      let files = "u1 i1 i2 u2 i4 u4 i8 u8 f2 f4 f8 v2 v3".split(separator: " ")
      for name in files {
        let importer = NumPyImporter("\(folder)/\(name).npy", labels: folder + "/labels.npy")
        try imported(importer) { file throws in
          let images = try file.dataset("/train/images")
          #expect(images.shape == [4, 3, 2])
          #expect(try images.readAll(as: Float.self) == (0..<24).map { Float($0) })
          #expect(try file.dataset("/train/labels").readAll(as: Int.self) == [3, 0, 300, -1])
          #expect(try file.dataset("/train/labels").elementType == .int32)
        }
      }
      let b1 = NumPyImporter(folder + "/b1.npy")
      #expect(try imported(b1) { try $0.dataset("/train/images").elementType } == .uint8)
      for (name, text) in [
        "fortran": "Fortran order", "big": "big-endian", "complex": "<c8", "fields": "has fields",
      ] {
        #expect(try importError(NumPyImporter("\(folder)/\(name).npy")).contains(text))
      }
    }
  }
}
