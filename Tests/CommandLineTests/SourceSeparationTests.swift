import Foundation
import HDF5
import Reporting
import Testing

extension CommandLineTests {
  /// A Gaussian machine as a model of independent sources, in two dimensions.
  /// Source: Melchior, Wang and Wiskott, "Gaussian-binary restricted Boltzmann machines for modeling
  /// natural image statistics", 2017.
  @Suite("Two Laplace sources") struct SourceSeparation {
    /// 100,000 whitened samples for training and as many for the test; prints the mean log-likelihoods of
    /// the test samples under a normal distribution, under independent component analysis, whose sources
    /// have the density ½ / cosh² s as in the source above, and under the true distribution.
    private static let data = """
      import numpy as np, h5py
      from sklearn.decomposition import FastICA
      n = 100000
      sources = np.random.default_rng(7).laplace(size=(2 * n, 2)) / 2 ** .5
      angles = np.deg2rad([30, 100])
      mixing = np.array([np.cos(angles), np.sin(angles)])
      x = sources @ mixing.T
      w, v = np.linalg.eigh(np.cov(x[:n].T))
      whitening = v @ np.diag(w ** -.5) @ v.T
      x = (x - x[:n].mean(0)) @ whitening
      with h5py.File('mixture.h5', 'w') as f:
          f['train/images'], f['test/images'] = x[:n].astype('f4'), x[n:].astype('f4')
      unmixing = np.linalg.inv(whitening @ mixing)
      s = x[n:] @ unmixing.T
      truth = (-2 ** .5 * abs(s) - .5 * np.log(2)).sum(1).mean() + np.log(abs(np.linalg.det(unmixing)))
      normal = -.5 * (x[n:] ** 2).sum(1).mean() - np.log(2 * np.pi)
      w = FastICA(fun='logcosh', whiten=False, random_state=1).fit(x[:n]).components_
      ica = np.log(.5 / np.cosh(x[n:] @ w.T) ** 2).sum(1).mean() + np.log(abs(np.linalg.det(w)))
      print(normal, ica, truth)
      """

    @Test func fourHiddenUnitsComeNearIndependentComponents() throws {
      guard try Python.has("numpy, h5py, sklearn") else { return }
      let trial = try Trial()
      let peers = try Python.call(Self.data, in: trial.path).split { $0.isWhitespace }.map {
        try #require(Double($0))
      }
      try trial.scratch.write(
        """
        data: {train: {file: mixture.h5}, test: {file: mixture.h5}, transform: none}
        model:
          {family: rbm, hidden: 4, visible: gaussian, deviation: learned, initial_deviation: 2}
        optimizer:
          name: momentum
          learning_rate: {kind: linear, start: 0.2, end: 0.001, epochs: 40}
          momentum: 0.9
        training: {epochs: 40, global_batch: 1000, shards: 4}
        evaluation: {pictures: false, every_epochs: 20}
        """, to: "mixture.yaml")
      let outcome = try Program.run(["train", "mixture.yaml", "--run-dir", "run"], in: trial.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let last = try #require(
        try MetricsLog.read(trial.path + "/run/metrics.jsonl").last { $0.kind == "evaluation" })
      let found = try #require(last.metrics["log_likelihood"]?.doubleValue)
      #expect(abs(found - peers[1]) < 0.01, "\(found), beside \(peers)")
      #expect(peers[0] + 0.08 < found && found < peers[2], "\(found), beside \(peers)")
    }
  }
}
