import ArgumentParser
import MessagePassing
import Objectives
import Reporting
import Training

/// `pca`: finds principal components.
struct PrincipalComponentCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "pca",
    abstract: "Find the principal components of a configuration's training set, exactly.",
    discussion: """
      Takes the data, the transform and the shards of any configuration, so that components compare with \
      its model; 'model: {family: pca, components: 30}' names their number as well. Writes /components \
      [K, D], /mean, /explained_variance, /explained_variance_ratio and /singular_values, and pictures \
      beside the file.

        mpirun -n 2 swift-dist-train pca configs/pca-mnist.yaml --components 50 --codes test --output pca.h5
        swift-dist-train embed pca.h5 --picture tsne.png
      """)

  @Argument(help: ArgumentHelp("The configuration, YAML.", valueName: "config"))
  var file: String

  @Option(help: "The number of components. (default: that of a model of family pca)")
  var components: Int?

  @Option(name: [.short, .long], help: "The HDF5 file to write.")
  var output = "pca.h5"

  @Option(help: "Write the codes of these samples too, as /codes and /labels: test or train.")
  var codes: String?

  @Flag(inversion: .prefixedNo, help: "Scale codes to variance 1. (default: what the model says)")
  var whiten: Bool?

  @Flag(inversion: .prefixedNo, help: "Draw components and reconstructions beside the output.")
  var pictures = true

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace a setting, such as data.transform=standardize.", valueName: "key=value"))
  var settings: [String] = []

  func validate() throws {
    guard codes.map({ ["test", "train"].contains($0) }) ?? true else {
      throw ValidationError("--codes is test or train.")
    }
    guard components.map({ $0 > 0 }) ?? true else {
      throw ValidationError("--components is above zero.")
    }
  }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    var options = PrincipalComponentOptions(configuration: file, output: output)
    options.settings = settings
    options.components = components
    options.whiten = whiten
    options.codes = codes.map { $0 == "test" ? .test : .train }
    options.pictures = pictures
    guard let result = try PrincipalComponentRun(communicator, options).run() else { return .done }
    var table = Table([.left("squared error a sample"), .right("mean")])
    for (name, value) in result.errors { table.add([name, Format.metric(value)]) }
    print(table.text())
    print("explained variance: \(Format.metric(100 * result.explained)) %")
    print("digest: \(result.digest)")
    print(result.files.joined(separator: "\n"))
    return .done
  }
}
