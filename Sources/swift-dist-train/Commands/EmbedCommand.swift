import ArgumentParser
import MessagePassing
import Models
import Reporting
import Training

/// `embed`: t-SNE.
struct EmbedCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Embed points in the plane by t-SNE: points that are near stay near.",
    discussion: """
      Reads points of any HDF5 file, such as the codes that 'encode' or 'pca' write, and writes \
      /embedding [N, 2]. The result is the same on any number of ranks.

        mpirun -n 4 swift-dist-train embed codes.h5 --output tsne.h5 --picture tsne.png
        swift-dist-train embed digits.h5 --dataset /test/images --labels /test/labels --pca 50 --picture tsne.png
      """)

  @Argument(help: "The HDF5 file of the points.")
  var input: String

  @Option(help: "The dataset of the points, [N, D] or images.")
  var dataset = "/codes"

  @Option(help: "The dataset of their classes, [N]. (default: /labels, if it is there)")
  var labels: String?

  @Option(help: "Embed only so many of the first points.")
  var rows: Int?

  @Option(name: .customLong("pca"), help: "Reduce points to so many principal components first.")
  var components: Int?

  @Option(help: "The number of neighbours that a point feels, about.")
  var perplexity = 30.0

  @Option(help: "The number of updates.")
  var iterations = 1000

  @Option(help: "What attraction is multiplied by in the first 250 updates.")
  var exaggeration = 12.0

  @Option(
    name: .customLong("learning-rate"),
    help: "The step. (default: points / exaggeration / 4, at least 50)")
  var learningRate: Double?

  @Option(help: "barnes-hut: how coarse the tree is, from 0 (exact) to 1.")
  var theta = 0.5

  @Option(help: "auto (exact for at most 2000 points), exact or barnes-hut.")
  var method = EmbeddingOptions.Method.auto

  @Option(name: .customLong("init"), help: "Where points start: pca or random.")
  var start = EmbeddingOptions.Start.pca

  @Option(help: "What random starts are keyed by.")
  var seed: UInt64 = 1

  @Option(name: [.short, .long], help: "The HDF5 file to write.")
  var output = "embedding.h5"

  @Option(help: "A picture to draw as well, .png.")
  var picture: String?

  @Flag(help: "Print errors and nothing else.")
  var quiet = false

  func validate() throws {
    guard picture?.hasSuffix(".png") ?? true else {
      throw ValidationError("--picture ends in .png.")
    }
    guard rows.map({ $0 > 0 }) ?? true else { throw ValidationError("--rows is above zero.") }
    guard seed <= UInt64(Int.max) else { throw ValidationError("--seed is below 2^63.") }
  }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    var options = EmbeddingRunOptions(input: input, output: output)
    options.dataset = dataset
    options.labels = labels
    options.rows = rows
    options.components = components
    options.picture = picture
    options.embedding.perplexity = perplexity
    options.embedding.iterations = iterations
    options.embedding.exaggeration = exaggeration
    options.embedding.learningRate = learningRate
    options.embedding.theta = theta
    options.embedding.method = method
    options.embedding.start = start
    options.embedding.seed = seed
    let result = try EmbeddingRun(communicator, options).run { iteration, divergence in
      guard !quiet, iteration % 50 == 0 else { return }
      print("iteration \(iteration)/\(iterations)  KL \(Format.metric(divergence))")
    }
    guard let result, !quiet else { return .done }
    print(
      "\(result.count) points, \(result.method.rawValue), KL \(Format.metric(result.divergence))")
    print("digest: \(result.digest)")
    print(([output] + (picture.map { [$0] } ?? [])).joined(separator: "\n"))
    return .done
  }
}

extension EmbeddingOptions.Method: ExpressibleByArgument {}
extension EmbeddingOptions.Start: ExpressibleByArgument {}
