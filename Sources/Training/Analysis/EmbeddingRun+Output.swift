import HDF5
import Models
import PNG
import Reporting
import Tensors

extension EmbeddingRun {
  /// SHA-256 over the positions as little-endian Float64.
  func digest(_ positions: [Double]) -> String {
    var hash = SHA256()
    positions.withUnsafeBytes { hash.update($0) }
    return "sha256:\(hash.hex)"
  }

  /// `30` for 30.0.
  private static func short(_ value: Double) -> String {
    Int(exactly: value).map { "\($0)" } ?? "\(value)"
  }

  private var hasLabels: Bool { labels.contains { $0 >= 0 } }

  /// Writes `/embedding` [N, 2], `/labels` [N] where there are classes, and the picture.
  func write(_ positions: [Double], _ result: Result) throws {
    try OutputFile.create(options.output) { file in
      try file.write("/embedding", shape: [labels.count, 2], values: positions)
      if hasLabels {
        try file.write("/labels", shape: [labels.count], values: labels)
        try file.setClassNames(classNames, labels: labels)
      }
      try file.setAttribute("digest", result.digest)
      try file.setAttribute("kl_divergence", result.divergence)
      try file.setAttribute("method", result.method.rawValue)
      try file.setAttribute("perplexity", options.embedding.perplexity)
      try file.setAttribute("iterations", options.embedding.iterations)
      try file.setAttribute("seed", Int(options.embedding.seed))
      try file.setAttribute("input", options.input)
      try file.setAttribute("dataset", options.dataset)
      try file.setAttribute("program_version", programVersion)
    }
    guard let picture = options.picture else { return }
    let title = "t-SNE of \(labels.count) points"
    var plot = ScatterPlot(
      positions, labels: hasLabels ? labels : [], title: title,
      note: "perplexity \(Self.short(options.embedding.perplexity)), "
        + "\(options.embedding.iterations) iterations, KL \(Format.metric(result.divergence))")
    (plot.xAxis, plot.yAxis) = ("first coordinate of the embedding", "second coordinate")
    plot.classNames = classNames
    let classes = Set(labels.filter { $0 >= 0 }).count
    try plot.render().write(
      to: picture,
      texts: PictureWriter.texts(
        title,
        "\(labels.count) points in the plane, placed so that neighbours stay neighbours"
          + (classes > 0 ? "; \(classes) classes by colour and mark." : ".")))
  }
}
