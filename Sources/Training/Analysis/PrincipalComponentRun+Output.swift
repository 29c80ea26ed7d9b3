import Datasets
import HDF5
import Models
import Objectives
import PNG
import Tensors

extension PrincipalComponentRun {
  /// SHA-256 over mean, components and explained variances, as little-endian Float64.
  func digest(_ components: PrincipalComponents) -> String {
    var hash = SHA256()
    for values in [components.mean, components.components, components.explainedVariance] {
      values.withUnsafeBytes { hash.update($0) }
    }
    return "sha256:\(hash.hex)"
  }

  /// Writes what scikit-learn's PCA calls `mean_`, `components_`, `explained_variance_`,
  /// `explained_variance_ratio_` and `singular_values_`, and codes where they are wanted.
  func write(
    _ components: PrincipalComponents, codes: (codes: [Float], labels: [Int32])?
  ) throws {
    let (kept, width) = (components.componentCount, components.width)
    try OutputFile.create(options.output) { file in
      try file.write("/mean", shape: [width], values: components.mean)
      try file.write("/components", shape: [kept, width], values: components.components)
      try file.write("/explained_variance", shape: [kept], values: components.explainedVariance)
      try file.write(
        "/explained_variance_ratio", shape: [kept], values: components.explainedVarianceRatio)
      try file.write("/singular_values", shape: [kept], values: components.singularValues)
      if let codes {
        try file.write(
          "/codes", shape: [codes.labels.count, kept], values: codes.codes)
        if codes.labels.contains(where: { $0 >= 0 }) {
          try file.write("/labels", shape: [codes.labels.count], values: codes.labels)
        }
        try file.setClassNames(data.classNames, labels: codes.labels)
        try file.setAttribute("whitened", whiten ? 1 : 0)
      }
      try file.setAttribute("digest", digest(components))
      try file.setAttribute("samples", components.count)
      try file.setAttribute("reconstruction_error", components.reconstructionError)
      try file.setAttribute("dataset", data.fingerprint)
      try file.setAttribute("configuration", configuration.yaml)
      try file.setAttribute("program_version", programVersion)
    }
  }

  /// Draws the directions, and samples with their reconstructions.
  func draw(_ components: PrincipalComponents, _ examples: Tensor) throws {
    let (kept, width) = (components.componentCount, components.width)
    let shown = min(kept, 100)
    let directions = Tensor(
      shape: [shown, width], elements: components.components.prefix(shown * width).map { Float($0) }
    )
    let back = Tensor(
      shape: examples.shape,
      elements: components.reconstructions(of: components.codes(of: examples)).map { Float($0) })
    let writer = PictureWriter(directory: "", shape: data.train.shape, transform: data.transform)
    let places = kept > 10 ? stride(from: 1, through: shown, by: 10).map { "\($0)" } : []
    let files = Self.files(options)
    let pictures = [
      Picture(
        name: "components", title: "\(shown) principal components", rows: [directions],
        labels: places, values: .signed,
        axes: .init(
          rows: "number of the row's first component", columnCount: kept > 10 ? 10 : nil),
        description:
          "The \(shown) directions of greatest variance, a tile each, from the greatest on."),
      Picture(
        name: "reconstructions", title: "Samples, and \(kept) components of them",
        rows: [examples, back], labels: ["sample", "\(kept)"], values: .data,
        axes: .init(columns: "samples")),
    ]
    for (picture, path) in zip(pictures, files.dropFirst()) {
      try writer.write(picture, to: path)
    }
  }
}
