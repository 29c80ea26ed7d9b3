import Foundation
import Reporting
import Testing

/// A result is a function of configuration, data and seed; never of the number of ranks.
extension ParallelTests {
  @Suite("The same bits on any number of ranks")
  struct DigestTests {
    static let rankCounts = [1, 2, 3, 4, 5, 7, 8]

    /// A configuration, as settings on top of the trial's.
    struct Case: Sendable, CustomTestStringConvertible {
      let name: String
      let settings: [String]
      var isLarge = false
      var transport = Transport.sharedMemory
      var testDescription: String { name }
    }

    static let scarce = "data.memory=64KiB"
    static let cases = Autoencoders.cases + BeliefNetworks.cases + common

    private static let common = [
      Case(name: "contrastive divergence", settings: []),
      Case(
        name: "CD-3, samples", settings: ["model.gibbs_steps=3", "model.negative_hidden=samples"]),
      Case(name: "persistent, 13 chains", settings: ["model.sampler=pcd", "model.chains=13"]),
      Case(
        name: "Gaussian, learned variance",
        settings: [
          "model.visible=gaussian", "model.deviation=learned", "data.transform=standardize",
          "optimizer.learning_rate=0.001",
        ]),
      Case(
        name: "Gaussian, learned variance, centred, persistent, means of x",
        settings: [
          "model.visible=gaussian", "model.deviation=learned", "data.transform=standardize",
          "optimizer.learning_rate=0.001", "model.sampler=pcd", "model.chains=13",
          "model.centering=model-and-data", "model.negative_visible=probabilities",
        ]),
      Case(
        name: "tempering, by messages",
        settings: ["model.sampler=tempering", "model.chains=11", "model.temperatures=4"],
        transport: .messages),
      Case(
        name: "mean-field, centred, from the data's mean",
        settings: [
          "model.sampler=mean-field", "model.damping=0.5", "model.gibbs_steps=2",
          "model.centering=data", "model.initial_visible_bias=data",
        ]),
      Case(
        name: "persistent, centred, sparse, by messages",
        settings: [
          "model.sampler=pcd", "model.chains=13", "model.centering=model-and-data",
          "model.sparsity={target: 0.1, cost: 0.1}",
        ], transport: .messages),
      Case(name: "by messages", settings: ["model.hidden=40"], transport: .messages),
      Case(
        name: "persistent, by messages", settings: ["model.sampler=pcd", "model.chains=13"],
        transport: .messages),
      Case(name: "updates one step late", settings: ["training.delay=1"]),
      Case(
        name: "updates one step late, centred, clipped, by messages",
        settings: [
          "training.delay=1", "model.centering=data", "optimizer.clip_norm=0.5",
        ], transport: .messages),
      Case(name: "order global", settings: ["data.order=global"]),
      Case(name: "standardize", settings: ["data.transform=standardize"]),
      Case(name: "binarize-sample", settings: ["data.transform=binarize-sample"]),
      Case(name: "shards of unequal batches", settings: ["training.global_batch=9"]),
      Case(
        name: "Adam, clipped, averaged",
        settings: ["optimizer={name: adam, clip_norm: 0.5, averaging: 0.9}"]),
      Case(
        name: "RMSProp, clipped, plateau, by messages",
        settings: [
          "optimizer={name: rmsprop, clip_norm: 0.5, clip_value: 0.1, plateau: {patience: 0}}"
        ], transport: .messages),
      Case(
        name: "VAE with dropout",
        settings: [
          "model={family: vae, latent: 3, encoder: [12, {dropout: 0.2}], decoder: [12], "
            + "beta: [0.5, 1], evaluation_samples: 3}", "optimizer={name: adam}",
        ]),
      Case(
        name: "importance-weighted, convolutional, by messages",
        settings: [
          "model={family: vae, latent: 3, encoder: [{conv: 4, kernel: 4, stride: 2, padding: 1}, 12], "
            + "decoder: [12], importance_samples: 4}", "optimizer={name: adam}",
        ], transport: .messages),
      Case(
        name: "VAE by L-BFGS, with dropout and decay",
        settings: [
          "model={family: vae, latent: 3, encoder: [12, {dropout: 0.2}], decoder: [12]}",
          "optimizer={name: lbfgs, memory: 3, weight_decay: 0.001}", "training.epochs=5",
        ]),
      Case(
        name: "denoising autoencoder by L-BFGS, its layers trained as RBMs first",
        settings: [
          "model={family: autoencoder, encoder: [12, 6], corruption: {kind: mask, share: 0.3}, "
            + "pretraining: {method: rbm, epochs: 1}}", "optimizer={name: lbfgs}",
        ]),
      Case(
        name: "VAE by conjugate gradients, its loss changing, by messages",
        settings: [
          "model={family: vae, latent: 3, encoder: [12], decoder: [12], beta: [0.5, 1]}",
          "optimizer={name: cg}", "data.transform=binarize-sample", "training.epochs=5",
        ], transport: .messages),
      Case(name: "streamed", settings: [scarce, "data.cache=never"], isLarge: true),
      Case(
        name: "streamed, order global",
        settings: [scarce, "data.cache=never", "data.order=global"],
        isLarge: true),
      Case(
        name: "streamed, standardize",
        settings: [scarce, "data.cache=never", "data.transform=standardize"], isLarge: true),
    ]

    @Test("digest and metrics", arguments: cases)
    func sameBits(_ one: Case) throws {
      let trial = try Trial(one.isLarge ? .floats() : .bytes)
      try trial.train("alone", ranks: nil, one.settings)
      let digest = try trial.digest("alone")
      let metrics = try trial.metrics("alone")
      #expect(
        metrics.contains { $0.kind == "train" } && metrics.contains { $0.kind == "evaluation" })
      for ranks in Self.rankCounts {
        try trial.train("\(ranks)", ranks: ranks, one.settings, transport: one.transport)
        #expect(try trial.digest("\(ranks)") == digest, "\(ranks) ranks")
        #expect(try trial.metrics("\(ranks)") == metrics, "\(ranks) ranks")
      }
    }

    @Test("streaming in several windows gives what memory gives", arguments: ["shard", "global"])
    func streamedAndCached(order: String) throws {
      let trial = try Trial(.floats())
      let settings = [Self.scarce, "data.order=\(order)"]
      let streamed = try trial.train("streamed", ranks: 2, settings + ["data.cache=never"])
      let cached = try trial.train("cached", ranks: 3, settings + ["data.cache=always"])
      #expect(streamed.text.contains("streamed") && cached.text.contains("kept in memory"))
      #expect(try trial.digest("streamed") == trial.digest("cached"))
      #expect(try trial.metrics("streamed") == trial.metrics("cached"))
      // Several windows make another order than one: the test above has seen some.
      try trial.train("whole", ranks: 1, ["data.order=\(order)"])
      #expect(try trial.digest("whole") != trial.digest("cached"))
    }

    @Test("another seed, shard count or data gives other bits")
    func teeth() throws {
      let trial = try Trial()
      try trial.train("seed 3", ranks: 2)
      try trial.train("seed 4", ranks: 2, ["seed=4"])
      try trial.train("shards 7", ranks: 2, ["training.shards=7"])
      let other = try Trial(.otherBytes)
      try other.train("seed 3", ranks: 2)
      let digests =
        try ["seed 3", "seed 4", "shards 7"].map(trial.digest) + [other.digest("seed 3")]
      #expect(Set(digests).count == digests.count)
    }

    @Test("the fast reduction gives nearly the same parameters")
    func fast() throws {
      let trial = try Trial()
      try trial.train("reproducible", ranks: 3)
      try trial.train("fast", ranks: 3, ["training.reduction=fast"])
      let script = """
        same = [np.abs(a[k][()] - b[k][()]).max() / np.abs(a[k][()]).max() for k in a]
        print(max(same))
        """
      guard
        let text = try Python.compare(
          trial.checkpoints("reproducible").last!, trial.checkpoints("fast").last!, script)
      else { return }
      let difference = try #require(Double(text))
      #expect(difference < 1e-3)
    }

    @Test("h5py finds the digest that the checkpoint says")
    func independentDigest() throws {
      let trial = try Trial()
      try trial.train("run", ranks: 2)
      let path = try #require(try trial.checkpoints("run").last)
      let script = """
        import hashlib
        h = hashlib.sha256()
        for name in sorted(a, key=lambda n: n.encode()):
            v = np.ascontiguousarray(a[name][()], dtype='<f4')
            h.update(name.encode() + b'\\0' + np.array([v.ndim, *v.shape], '<i8').tobytes() + v.tobytes())
        print('sha256:' + h.hexdigest())
        """
      guard let text = try Python.compare(path, path, script) else { return }
      #expect(text == (try trial.digest("run")))
    }
  }
}
