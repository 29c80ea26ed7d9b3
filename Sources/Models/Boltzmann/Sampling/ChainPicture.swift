import Objectives
import Tensors

extension Picture {
  /// What stands above pictures of chains.
  public static let chainsTitle = "Gibbs chains from test samples, by the number of sweeps"

  /// Where chains that start at samples have gone after 1, 10, 100, … sweeps.
  /// - Parameters:
  ///   - samples: [chains, sample width].
  ///   - sweeps: the most sweeps.
  ///   - values: what the samples' values are.
  ///   - run: runs the chains on through the sweeps of these numbers, and gives means that are valid until
  ///     the next call, [chains, sample width].
  public static func chains(
    from samples: Tensor, sweeps: Int, values: Values, run: (_ steps: Range<Int>) -> Tensor
  ) -> Picture {
    var (rows, labels, done) = ([samples], ["start"], 0)
    for count in sequence(first: 1, next: { $0 * 10 }).prefix(while: { $0 <= sweeps }) {
      let means = run(done..<count)
      rows.append(Tensor(shape: means.shape, elements: means.elements))
      labels.append("\(count)")
      done = count
    }
    return Picture(
      name: "samples", title: chainsTitle,
      rows: rows, labels: labels, values: values,
      axes: .init(rows: "Gibbs sweeps", columns: "chains, each from a test sample"),
      description:
        "Test samples in the first row; below each what a Gibbs chain from there has become after "
        + labels.dropFirst().joined(separator: ", ") + " sweeps.")
  }
}
