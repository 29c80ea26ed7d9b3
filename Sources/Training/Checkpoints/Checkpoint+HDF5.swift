import HDF5

extension Checkpoint {
  /// The checkpoint as an HDF5 file in memory. Writing that to disk is one plain write, whose errors
  /// (a full disk above all) are seen before the file gets its name.
  public func encoded() throws -> [UInt8] {
    let file = try File.inMemory()
    for array in arrays {
      try file.write(array.path, shape: array.shape, values: array.values)
    }
    try file.write(Self.metricSumsPath, shape: [metricSums.count], values: metricSums)
    for (name, values) in evaluations.sorted(by: { $0.key < $1.key }) where !values.isEmpty {
      try file.write(Self.evaluationsPath + name, shape: [values.count], values: values)
    }
    try file.setAttribute("format", "swift-dist-train checkpoint")
    try file.setAttribute("format_version", Self.formatVersion)
    try file.setAttribute("program_version", program)
    try file.setAttribute("family", family)
    try file.setAttribute("stage", position.stage)
    try file.setAttribute("epoch", position.epoch)
    try file.setAttribute("step_in_epoch", position.stepInEpoch)
    try file.setAttribute("step", position.step)
    if position.owesEvaluation { try file.setAttribute("owes_evaluation", 1) }
    if let best {
      try file.setAttribute("best_name", best.name)
      try file.setAttribute("best_value", best.value)
      try file.setAttribute("best_step", best.step)
    }
    try file.setAttribute("configuration", configuration)
    try file.setAttribute("dataset_fingerprint", dataset)
    for (axis, size) in zip(Self.sampleAxes, sampleShape) { try file.setAttribute(axis, size) }
    try file.setAttribute("digest", digest)
    let image = try file.image()
    try file.close()
    return Seal.sealed(image)
  }

  /// Reads a checkpoint and checks that it is whole.
  /// - Parameters:
  ///   - image: the bytes of the file.
  ///   - name: the file's name in errors.
  public init(image: [UInt8], name: String) throws {
    let seal = Seal.state(of: image)
    if seal == .broken {
      throw CheckpointError("\(name): damaged: its content does not match its checksum")
    }
    let file: File
    do { file = try File(image: image, name: name) } catch {
      throw CheckpointError("\(name): damaged or not a checkpoint: \(error)")
    }
    defer { try? file.close() }
    guard try file.attributeString("format") == "swift-dist-train checkpoint" else {
      throw CheckpointError(
        "\(name): an HDF5 file, but no checkpoint of swift-dist-train; name one of a run's "
          + "checkpoints/")
    }
    guard seal == .whole else {
      throw CheckpointError("\(name): damaged: its end, with the checksum, is missing")
    }
    let version = try file.attributeInt("format_version")
    guard version == Self.formatVersion else {
      let program = try file.attributeString("program_version") ?? "unknown"
      throw CheckpointError(
        "\(name): written in format \(version ?? 0) by version \(program); this program reads "
          + "format \(Self.formatVersion): use that version, or train anew")
    }
    do { try self.init(contentsOf: file) } catch {
      throw CheckpointError("\(name): damaged: \(error)")
    }
  }

  private init(contentsOf file: File) throws {
    func text(_ name: String) throws -> String {
      guard let value = try file.attributeString(name) else {
        throw CheckpointError("attribute '\(name)' is missing")
      }
      return value
    }
    func number(_ name: String) throws -> Int {
      guard let value = try file.attributeInt(name) else {
        throw CheckpointError("attribute '\(name)' is missing")
      }
      return value
    }
    let paths = try file.datasetPaths()
    let history = paths.filter { $0.hasPrefix(Self.evaluationsPath) }.map { path in
      (String(path.dropFirst(Self.evaluationsPath.count)), path)
    }
    let isDouble = Set(history.map(\.1) + [Self.metricSumsPath])
    self.init(
      arrays: try paths.filter { !isDouble.contains($0) }.map { path in
        let dataset = try file.dataset(path)
        return NamedArray(
          path: path, shape: dataset.shape, values: try dataset.readAll(as: Float.self))
      },
      metricSums: try file.dataset(Self.metricSumsPath).readAll(as: Double.self),
      evaluations: try Dictionary(uniqueKeysWithValues: history).mapValues { path in
        try file.dataset(path).readAll(as: Double.self)
      },
      position: Position(
        stage: try number("stage"), epoch: try number("epoch"),
        stepInEpoch: try number("step_in_epoch"), step: try number("step")),
      best: try Best(of: file), program: try text("program_version"), family: try text("family"),
      configuration: try text("configuration"), dataset: try text("dataset_fingerprint"),
      sampleShape: try Self.sampleAxes.map(number), digest: try text("digest"))
    position.owesEvaluation = try file.attributeInt("owes_evaluation") == 1
  }

  private static let metricSumsPath = "/state/metric_sums"
  private static let evaluationsPath = "/state/evaluations/"
  private static let sampleAxes = ["sample_channels", "sample_height", "sample_width"]
}

extension Checkpoint {
  /// Reads a checkpoint from disk and checks that it is whole.
  public init(reading path: String) throws {
    try self.init(image: readBytes(path), name: path)
  }

  /// Whether an HDF5 file says that it is a checkpoint. Throws when it is no HDF5 file.
  public static func isCheckpoint(_ path: String) throws -> Bool {
    let file = try File(reading: path)
    defer { try? file.close() }
    return try file.attributeString("format") == "swift-dist-train checkpoint"
  }
}

extension Checkpoint.Best {
  fileprivate init?(of file: File) throws {
    guard let name = try file.attributeString("best_name"),
      let value = try file.attributeDouble("best_value"),
      let step = try file.attributeInt("best_step")
    else { return nil }
    self.init(name: name, value: value, step: step)
  }
}
