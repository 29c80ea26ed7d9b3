import Foundation
import HDF5
import Reporting
import Testing

extension CommandLineTests {
  /// export and import-rbm, with scikit-learn's BernoulliRBM on the other side.
  @Suite("Exchange with scikit-learn") struct Exchange {
    private let trial: Trial

    /// Two epochs there, of binary digits; expected values in Float64.
    private static let training = """
      import numpy as np, h5py, json
      from sklearn.datasets import load_digits
      from sklearn.neural_network import BernoulliRBM
      x = (load_digits().data / 16 > .5).astype('f4')
      with h5py.File('digits.h5', 'w') as f:
          f['train/images'], f['test/images'] = x[:1500], x[1500:]
      r = BernoulliRBM(n_components=9, n_iter=2, batch_size=10, random_state=0).fit(x[:1500])
      a = dict(components_=r.components_, intercept_hidden_=r.intercept_hidden_,
               intercept_visible_=r.intercept_visible_)
      np.savez('rbm.npz', **a)
      np.savez('double.npz', **{k: v.astype('f8') for k, v in a.items()})
      with h5py.File('rbm.h5', 'w') as f:
          for k, v in a.items(): f[k] = v
      np.savez('wrong.npz', **{**a, 'components_': np.ascontiguousarray(r.components_.T)})
      np.savez('missing.npz', components_=r.components_)
      np.savez('nan.npz', **{**a, 'intercept_hidden_': r.intercept_hidden_ * np.nan})
      np.savez('learned.npz', **a, log_variance_=np.zeros(64, 'f4'))
      v = x[1500:].astype('f8')
      energy = r._free_energy(v)
      pseudo = 0
      for i in range(64):
          flipped = v.copy(); flipped[:, i] = 1 - flipped[:, i]
          pseudo = pseudo - np.logaddexp(0, energy - r._free_energy(flipped))
      states = (np.arange(512)[:, None] >> np.arange(9) & 1).astype('f8')
      fields = states @ r.components_ + r.intercept_visible_
      z = np.logaddexp.reduce(states @ r.intercept_hidden_ + np.logaddexp(0, fields).sum(1))
      print(json.dumps({'free_energy': energy.mean(), 'pseudo_log_likelihood': pseudo.mean(),
                        'log_partition': z, 'log_likelihood': (-energy - z).mean()}))
      """

    private static let configuration = """
      name: exchange
      data: {train: {file: digits.h5}, test: {file: digits.h5}, transform: none}
      model: {family: rbm, hidden: 9, sample_sweeps: 10}
      training: {epochs: 1, global_batch: 100, shards: 5}
      evaluation: {pictures: false}
      """

    init() throws {
      trial = try Trial()
      try trial.scratch.write(Self.configuration, to: "c.yaml")
    }

    private static let modules = "sklearn, h5py"

    @Test(arguments: ["rbm.npz", "double.npz", "rbm.h5"])
    func evaluatesWhatIsTrainedThere(file: String) throws {
      guard try Python.has(Self.modules) else { return }
      let expected = try JSONValue(parsing: Python.call(Self.training, in: trial.path))
      guard case .object(let members) = expected else { throw CocoaError(.coderInvalidValue) }
      let outcome = try Program.run(["import-rbm", file, "--config", "c.yaml"], in: trial.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let progress = trial.scratch.text("runs/exchange/progress.json")
      #expect(progress.contains(#""state":"stopped""#))
      let checkpoint = "runs/exchange/checkpoints/step-00000000.h5"
      let found = try trial.json(["evaluate", checkpoint, "--json"])
      for name in members.keys {
        let value = try #require(members[name]?.doubleValue)
        let here = try #require(found[name]?.doubleValue)
        #expect(abs(here - value) < 1e-5 * abs(value), "\(name): \(here), not \(value)")
      }
      let sampled = try Program.run(
        ["sample", checkpoint, "-o", "s.h5", "--count", "5", "--sweeps", "3"], in: trial.path)
      #expect(sampled.status == 0, "\(sampled.errors)")
      // Training goes on from there.
      let trained = try Program.run(["train", "c.yaml"], in: trial.path)
      #expect(trained.status == 0, "\(trained.errors)")
      #expect(trial.scratch.text("runs/exchange/train.log").contains("going on from"))
    }

    @Test(arguments: ["e.npz", "e.h5"])
    func scikitLearnTakesWhatIsTrainedHere(file: String) throws {
      guard try Python.has(Self.modules) else { return }
      try Python.call(Self.training, in: trial.path)
      #expect(try Program.run(["train", "c.yaml", "--quiet"], in: trial.path).status == 0)
      let best = "runs/exchange/checkpoints/best.h5"
      let exported = try Program.run(["export", best, "-o", file], in: trial.path)
      #expect(exported.status == 0, "\(exported.errors)")
      let twice = ["export", best, "-o", "d.npz", "--type", "float64"]
      #expect(try Program.run(twice, in: trial.path).status == 0)
      #expect(try Program.run(["encode", best, "-o", "codes.h5"], in: trial.path).status == 0)
      let values = try trial.json(["evaluate", best, "--json"])
      let energy = try #require(values["free_energy"]?.doubleValue)
      let pseudo = try #require(values["pseudo_log_likelihood"]?.doubleValue)
      try Python.call(
        """
        import sys, numpy as np, h5py
        from sklearn.neural_network import BernoulliRBM
        def arrays(path):
            if path.endswith('.npz'): return dict(np.load(path))
            with h5py.File(path) as f: return {k: f[k][:] for k in f}
        a, d = arrays(sys.argv[1]), arrays('d.npz')
        assert all(v.dtype == np.float32 for v in a.values())
        assert all(d[k].dtype == np.float64 and (d[k] == a[k]).all() for k in a) and len(a) == 3
        r = BernoulliRBM(n_components=9)
        for k in d: setattr(r, k, d[k])
        with h5py.File('digits.h5') as f: x = f['test/images'][:].astype('f8')
        with h5py.File('codes.h5') as f: codes = f['codes'][:]
        assert np.abs(r.transform(x) - codes).max() < 1e-5
        assert abs(r._free_energy(x).mean() / float(sys.argv[2]) - 1) < 1e-5
        # One flip a sample, drawn there: 200 times 297 samples come near the sum over all units.
        scores = [r.set_params(random_state=s).score_samples(x).mean() for s in range(200)]
        error = np.std(scores) / 200 ** .5
        assert abs(np.mean(scores) - float(sys.argv[3])) < 4 * error, (np.mean(scores), error)
        """, [file, "\(energy)", "\(pseudo)"], in: trial.path)
    }

    @Test func refusesWhatDoesNotFit() throws {
      guard try Python.has(Self.modules) else { return }
      try Python.call(Self.training, in: trial.path)
      for (file, words) in [
        ("wrong.npz", ["wrong.npz", "components_ is [64, 9]", "[9, 64]", "model.hidden"]),
        ("missing.npz", ["no array intercept_hidden_", "numpy.savez"]),
        ("nan.npz", ["intercept_hidden_ holds a number that is not finite"]),
        ("learned.npz", ["log_variance_ is of Gaussian units", "model.deviation=learned"]),
        ("nothing.npz", ["cannot open it"]), ("c.yaml", ["c.yaml"]),
      ] {
        try trial.refuse(["import-rbm", file, "--config", "c.yaml"], says: words)
      }
      try trial.refuse(
        ["import-rbm", "rbm.npz", "--config", "c.yaml", "--set", "model.hidden=8"],
        says: ["components_ is [9, 64]", "[8, 64]"])
      #expect(
        try Program.run(["import-rbm", "rbm.npz", "--config", "c.yaml"], in: trial.path).status == 0
      )
      try trial.refuse(
        ["import-rbm", "rbm.npz", "--config", "c.yaml"], says: ["holds checkpoints already"])
    }
  }

  /// Likelihoods of one checkpoint, on any number of ranks.
  @Suite("Likelihood of a checkpoint") struct LikelihoodOfACheckpoint {
    @Test(arguments: ["exact", "annealed"])
    func isTheSameOnAnyRanks(likelihood: String) throws {
      let trial = try Trial()
      #expect(try trial.train(["--quiet"], set: ["training.shards=5"]).status == 0)
      let checkpoint = try #require(trial.checkpoints().last)
      let settings = [
        "model.likelihood=\(likelihood)", "model.ais.temperatures=50", "model.ais.runs=130",
        "model.ais.burn_in=5", "model.pseudo_likelihood=stochastic", "model.flips=3",
      ]
      let values = try [1, 2, 3, 5].map { ranks in
        try trial.json(
          ["evaluate", checkpoint, "--json"] + settings.flatMap { ["--set", $0] }, ranks: ranks)
      }
      #expect(values.allSatisfy { $0 == values[0] })
      #expect(values[0]["log_likelihood"]?.doubleValue != nil)
      // What is measured may change when a run goes on.
      let on = try trial.train(
        ["--quiet"], set: ["training.shards=5", "training.epochs=3"] + settings)
      #expect(on.status == 0, "\(on.errors)")
    }

    @Test func refusesWhatAMachineDoesNotAllow() throws {
      let trial = try Trial()
      try trial.refuseTraining(
        ["model.likelihood=exact", "model.hidden=30"],
        says: ["model.likelihood", "at most 25", "36 visible and 30 hidden", "annealed"])
      try trial.refuseTraining(["model.flips=3"], says: ["model.flips", "stochastic"])
      try trial.refuseTraining(
        ["model.visible=gaussian", "model.pseudo_likelihood=exact"],
        says: ["model.pseudo_likelihood", "bernoulli"])
    }
  }
}
