import Foundation
import Testing

extension AnalysisTests {
  @Suite("pca") struct PrincipalComponents {
    private let folder: Folder

    init() throws {
      folder = try Folder()
      try folder.write(
        """
        data:
          train: {file: \(Program.sample), images: /train/images, labels: /train/labels}
          test: {file: \(Program.sample), images: /test/images, labels: /test/labels}
          transform: unit
        model: {family: pca, components: 50}
        training: {global_batch: 512, shards: 8}
        """, to: "pca.yaml")
    }

    @Test(
      "the same bits on any number of ranks",
      arguments: [[], ["data.cache=never"], ["data.order=global"], ["data.transform=standardize"]])
    func ranks(settings: [String]) throws {
      let sets = settings.flatMap { ["--set", $0] }
      let digests = try [1, 2, 3, 4, 7].map { ranks in
        let outcome = try Program.run(
          ["pca", "pca.yaml", "--codes", "train", "-o", "\(ranks).h5", "--no-pictures"] + sets,
          ranks: ranks, in: folder)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        return try #require(outcome.digest)
      }
      #expect(Set(digests).count == 1, "\(digests)")
      let files = try [1, 2, 3, 4, 7].map {
        try Data(contentsOf: URL(fileURLWithPath: folder.path + "/\($0).h5"))
      }
      #expect(Set(files).count == 1, "whole files, with codes and labels")
    }

    @Test("scikit-learn finds the same")
    func scikitLearn() throws {
      let run = try Program.run(
        ["pca", "pca.yaml", "--codes", "test", "-o", "pca.h5"], ranks: 3, in: folder)
      #expect(run.status == 0, "\(run.errors)")
      #expect(
        try folder.files
          == ["pca-components.png", "pca-reconstructions.png", "pca.h5", "pca.yaml"])
      let script = """
        from sklearn.decomposition import PCA
        def images(name):
            with h5py.File('\(Program.sample)') as f:
                x = f[name][()].reshape(-1, 784).astype(np.float32) * np.float32(1 / 255)
            return x.astype(np.float64)
        train, test = images('/train/images'), images('/test/images')
        pca = PCA(50, svd_solver='full').fit(train)
        c = pca.components_
        signs = np.sign(c[np.arange(50), np.abs(c).argmax(1)])
        c = c * signs[:, None]
        rest = train - pca.inverse_transform(pca.transform(train))
        def error(found, expected):
            return float(np.abs(found - expected).max() / np.abs(expected).max())
        with h5py.File('pca.h5') as f:
            print(json.dumps({
                'mean': error(f['mean'][()], pca.mean_),
                'components': error(f['components'][()], c),
                'explained_variance': max(abs(f['explained_variance'][()] / pca.explained_variance_ - 1)),
                'ratio': max(abs(f['explained_variance_ratio'][()] / pca.explained_variance_ratio_ - 1)),
                'singular_values': max(abs(f['singular_values'][()] / pca.singular_values_ - 1)),
                'codes': error(f['codes'][()], pca.transform(test) * signs),
                'error': abs(f.attrs['reconstruction_error'] / (rest ** 2).sum(1).mean() - 1),
                'labels': float(f['labels'].shape != (len(test),)),
            }))
        """
      guard let text = try Program.script(script, in: folder) else { return }
      let errors = try JSONDecoder().decode([String: Double].self, from: Data(text.utf8))
      #expect(errors.count == 8)
      for (name, error) in errors { #expect(error < 1e-6, "\(name)") }
    }

    @Test("the error that eigenvalues promise is the error that is measured")
    func error() throws {
      let run = try Program.run(["pca", "pca.yaml", "-o", "a.h5", "--no-pictures"], in: folder)
      let values = run.output.split(separator: "\n").filter { $0.hasPrefix("train,") }.map {
        $0.split(separator: " ").last
      }
      #expect(values.count == 2 && values[0] == values[1], "\(run.output)")
    }

    @Test("whitened codes, and the components of any model's configuration")
    func otherModel() throws {
      let rbm = try String(contentsOfFile: folder.path + "/pca.yaml", encoding: .utf8)
        .replacing("{family: pca, components: 50}", with: "{family: rbm, hidden: 10}")
      try folder.write(rbm, to: "rbm.yaml")
      let run = try Program.run(
        ["pca", "rbm.yaml", "--components", "3", "--whiten", "--codes", "train", "-o", "a.h5"],
        ranks: 2, in: folder)
      #expect(run.status == 0, "\(run.errors)")
      let script = "print(h5py.File('a.h5')['codes'][()].astype(float).var(0, ddof=1).tolist())"
      guard let text = try Program.script(script, in: folder) else { return }
      let variances = try JSONDecoder().decode([Double].self, from: Data(text.utf8))
      #expect(variances.count == 3 && variances.allSatisfy { abs($0 - 1) < 1e-6 })
    }

    @Test(
      "bad input is one line, and nothing is written",
      arguments: [
        (["pca", "pca.yaml", "--components", "785"], "have 1 to 784"),
        (["pca", "pca.yaml", "--set", "data.train.images=/none"], "no dataset '/none'"),
        (["pca", "pca.yaml", "--set", "data.test=null", "--codes", "test"], "no test set"),
        (["pca", "pca.yaml", "--output", "/nowhere/a.h5"], "/nowhere is no folder"),
        (["pca", "pca.yaml", "--set", "training.shards=2"], "3 ranks cannot share 2"),
        (["pca", "other.yaml"], "cannot read the configuration other.yaml"),
        (["train", "pca.yaml"], "run 'swift-dist-train pca pca.yaml'"),
      ])
    func badInput(arguments: [String], words: String) throws {
      let run = try Program.run(arguments, ranks: 3, in: folder)
      #expect(run.status == 2, "\(run.output)")
      let lines = run.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
      #expect(lines.count == 1 && lines[0].contains(words), "\(run.errors)")
      #expect(try folder.files == ["pca.yaml"])
    }
  }
}
