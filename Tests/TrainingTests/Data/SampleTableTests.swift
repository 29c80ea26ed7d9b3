import HDF5
import Objectives
import Tensors
import TestSupport
import Testing

@testable import Datasets

/// Files that Python writes, in all types, layouts and storages; values follow from their places.
@Suite("Samples in HDF5 files") struct SampleTableTests {
  private static let writer = """
    import itertools
    folder = args[0]
    n, c, h, w = 13, 3, 6, 5
    i = np.arange(n*c*h*w).reshape(n, c, h, w) * 7 % 101
    stores = {'contiguous': {}, 'chunked': {'chunks': True}, 'gzip': {'chunks': True, 'compression': 'gzip'},
              'shuffle': {'chunks': True, 'compression': 'gzip', 'shuffle': True}, 'lzf': {'chunks': True, 'compression': 'lzf'}}
    layouts = {'NCHW': i, 'NHWC': i.transpose(0, 2, 3, 1), 'NHW': i[:, 0], 'ND': i.reshape(n, -1)}
    for dtype in ['u1', 'i1', '<i2', '>i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f2', 'f4', '>f4', 'f8']:
        with h5py.File(folder + '/' + dtype.replace('<', 'l').replace('>', 'b') + '.h5', 'w') as f:
            for (s, options), (l, x) in itertools.product(stores.items(), layouts.items()):
                x = x / 8 if 'f' in dtype else x
                o = dict(options)
                if 'chunks' in o: o['chunks'] = (4,) + tuple(max(1, k // 2) for k in x.shape[1:])
                f.create_dataset(f'/{s}/{l}', data=x.astype(dtype), **o)
            f['/labels'] = (np.arange(n) - 3).astype('i8')
    """

  private func expected(_ row: Int, _ layout: ImageLayout, scale: Float) -> [Float] {
    let count = layout == .gray ? 30 : 90
    return (0..<count).map { Float((row * 90 + $0) * 7 % 101) * scale }
  }

  @Test func allTypesLayoutsAndStorages() throws {
    guard Python.isReady() else { return }
    try withTemporaryFolder { folder in
      try Python.call(Self.writer, folder)
      let types = [
        "u1", "i1", "li2", "bi2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "bf4", "f8",
      ]
      for type in types {
        for storage in ["contiguous", "chunked", "gzip", "shuffle"] {
          for layout in ImageLayout.allCases {
            let location = DataLocation(
              files: [folder + "/\(type).h5"], images: "/\(storage)/\(layout.rawValue)",
              labels: "/labels", layout: layout)
            try check(location, layout, scale: type.contains("f") ? 1 / 8 : 1)
          }
        }
      }
    }
  }

  private func check(_ location: DataLocation, _ layout: ImageLayout, scale: Float) throws {
    let table = try SampleTable(location)
    #expect(table.count == 13 && table.hasLabels)
    #expect(table.isFloating == (scale != 1))
    #expect(
      table.shape.axes == (layout == .vectors ? [1, 1, 90] : [layout == .gray ? 1 : 3, 6, 5]))
    let preparation = SamplePreparation(
      .none, table: table, range: 0...1, seed: 1, isEvaluation: true)
    let plan = EpochPlan(
      count: 13, globalBatch: 5, shards: 1, order: nil, seed: 1, sampleBytes: table.sampleBytes,
      memory: 1)
    let loader = BatchLoader(
      table, plan: plan, layout: ShardLayout(shards: 1), preparation: preparation, cache: .none)
    for (id, label, row) in try visits(loader) {
      #expect(row == expected(id, layout, scale: scale), "\(location)")
      #expect(label == id - 3)
    }
  }

  @Test func fourAxesAreGuessed() throws {
    #expect(try SampleShape(axes: [9, 6, 5, 3], layout: nil, name: "").channels == 3)
    #expect(try SampleShape(axes: [9, 3, 6, 5], layout: nil, name: "").axes == [3, 6, 5])
    #expect(try SampleShape(axes: [9, 1, 6, 5], layout: nil, name: "").axes == [1, 6, 5])
    #expect(try SampleShape(axes: [9, 8, 8], layout: nil, name: "").axes == [1, 8, 8])
    #expect(
      message { try SampleShape(axes: [9, 8, 8], layout: .vectors, name: "a: /x") }
        == "a: /x: has 3 axes [9, 8, 8], but layout ND has 2; set layout to one of ND, NHW, NCHW, NHWC"
    )
    #expect(message { try SampleShape(axes: [9], layout: nil, name: "") }.contains("1 axes [9]"))
    #expect(message { try SampleShape(axes: [9, 0], layout: nil, name: "") }.contains("no values"))
  }

  private func write(_ path: String, rows: Range<Int>, width: Int = 4) throws {
    try File.creatingAtomically(path) { file in
      try file.write(
        "/x", shape: [rows.count, width],
        values: rows.flatMap { row in (0..<width).map { Float(row * 10 + $0) } })
      try file.write("/y", shape: [rows.count], values: rows.map { Int32($0) })
    }
  }

  @Test func severalFilesAreOneTable() throws {
    try withTemporaryFolder { folder in
      try write(folder + "/a.h5", rows: 0..<3)
      try write(folder + "/b.h5", rows: 3..<4)
      try write(folder + "/c.h5", rows: 4..<11)
      let files = ["a", "b", "c"].map { folder + "/\($0).h5" }
      let table = try SampleTable(DataLocation(files: files, images: "/x", labels: "/y"))
      #expect(table.count == 11)
      for rows in [0..<11, 2..<5, 3..<4, 10..<11, 1..<10] {
        var values = [Float](repeating: -1, count: rows.count * 4)
        var labels = [Int32](repeating: -1, count: rows.count)
        try values.withUnsafeMutableBytes { try table.read(rows: rows, into: $0.baseAddress!) }
        try table.readLabels(rows: rows, into: &labels)
        #expect(values == rows.flatMap { row in (0..<4).map { Float(row * 10 + $0) } })
        #expect(labels == rows.map { Int32($0) })
      }
    }
  }

  @Test func filesOfOneTableAgree() throws {
    try withTemporaryFolder { folder in
      try write(folder + "/a.h5", rows: 0..<3)
      try write(folder + "/b.h5", rows: 0..<3, width: 5)
      let text = message {
        try SampleTable(DataLocation(files: [folder + "/a.h5", folder + "/b.h5"], images: "/x"))
      }
      #expect(text.contains("b.h5: /x: has axes [3, 5]") && text.contains("[3, 4]"), "\(text)")
      #expect(
        message {
          try SampleTable(DataLocation(files: [folder + "/a.h5"], images: "/x", labels: "/x"))
        }
        .contains("labels have one integer a sample: [3]"))
      #expect(
        message { try SampleTable(DataLocation(files: [], images: "/x")) }.contains("no file"))
    }
  }

  @Test func fingerprintIsOfTheContent() throws {
    try withTemporaryFolder { folder in
      func fingerprint(_ name: String, labels: Bool = false) throws -> String {
        try SampleTable(
          DataLocation(files: [folder + name], images: "/x", labels: labels ? "/y" : nil)
        ).fingerprint()
      }
      try write(folder + "/a.h5", rows: 0..<30)
      try write(folder + "/b.h5", rows: 0..<30)
      try write(folder + "/c.h5", rows: 1..<31)
      #expect(try fingerprint("/a.h5") == fingerprint("/b.h5"))
      #expect(try fingerprint("/a.h5") != fingerprint("/c.h5"))
      #expect(try fingerprint("/a.h5") != fingerprint("/a.h5", labels: true))
    }
  }
}
