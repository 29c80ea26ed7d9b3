import Reporting

extension Checkpoint {
  /// What `inspect` prints.
  public func text(path: String) -> String {
    var table = Table([.left("array"), .left("shape"), .right("values")])
    for array in arrays.sorted(by: { $0.path < $1.path }) {
      let shape = array.shape.map(String.init).joined(separator: " × ")
      table.add([array.path, shape, String(array.values.count)])
    }
    return """
      checkpoint  \(path)
      family      \(family), program \(program), format \(Self.formatVersion)
      position    after step \(position.step): stage \(position.stage + 1), \(position.epoch) epochs and \
      \(position.stepInEpoch) steps
      best        \(best.map { "\($0.name) \(Format.metric($0.value)) after step \($0.step)" } ?? "not evaluated yet")
      data        \(dataset)
      digest      \(digest)

      \(table.text())
      configuration:
      \(configuration.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
      """
  }

  /// What `inspect --json` prints.
  public var json: JSONValue {
    let arrays = arrays.sorted { $0.path < $1.path }.map { array in
      JSONValue.object([
        "path": .string(array.path), "shape": .array(array.shape.map { .int($0) }),
      ])
    }
    return .object([
      "kind": "checkpoint", "family": .string(family), "program_version": .string(program),
      "format_version": .int(Self.formatVersion), "stage": .int(position.stage),
      "epoch": .int(position.epoch), "step_in_epoch": .int(position.stepInEpoch),
      "step": .int(position.step), "best": best.map { $0.json } ?? .null,
      "dataset_fingerprint": .string(dataset),
      "digest": .string(digest), "arrays": .array(arrays),
      "configuration": .string(configuration),
    ])
  }
}

extension Checkpoint.Best {
  fileprivate var json: JSONValue {
    ["name": .string(name), "value": .double(value), "step": .int(step)]
  }
}
