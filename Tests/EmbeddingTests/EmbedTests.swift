import Foundation
import HDF5
import PNG
import Testing

extension AnalysisTests {
  @Suite("embed") struct Embed {
    private let folder: Folder
    private let images = ["embed", Program.sample, "--dataset", "/train/images", "--pca", "30"]

    init() throws { folder = try Folder() }

    @Test(
      "the same bits on any number of ranks",
      arguments: [
        ["--rows", "611", "--method", "barnes-hut"], ["--rows", "331"],
        ["--rows", "611", "--method", "barnes-hut", "--init", "random", "--seed", "7"],
      ])
    func ranks(arguments: [String]) throws {
      let digests = try [1, 2, 3, 4, 7].map { ranks in
        let outcome = try Program.run(
          images + arguments + ["--iterations", "300", "-o", "\(ranks).h5"], ranks: ranks,
          in: folder)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        return try #require(outcome.digest)
      }
      #expect(Set(digests).count == 1, "\(digests)")
    }

    @Test("seeds and perplexities differ")
    func differ() throws {
      let digests = try [["--seed", "1"], ["--seed", "2"], ["--perplexity", "9"]].map {
        try Program.run(
          images + ["--rows", "200", "--init", "random", "--iterations", "50"] + $0, in: folder
        ).digest
      }
      #expect(Set(digests).count == 3)
    }

    @Test("positions, classes and a picture are written")
    func files() throws {
      let run = try Program.run(
        images + [
          "--labels", "/train/labels", "--rows", "150", "-o", "a.h5", "--picture", "a.png",
        ], ranks: 2, in: folder)
      #expect(run.status == 0, "\(run.errors)")
      #expect(try folder.files == ["a.h5", "a.png"])
      let file = try File(reading: folder.path + "/a.h5")
      #expect(try file.dataset("/embedding").shape == [150, 2])
      let positions = try file.dataset("/embedding").readAll(as: Double.self)
      #expect(positions.allSatisfy { $0.isFinite })
      let labels = try File(reading: Program.sample).dataset("/train/labels")
      let expected = try labels.readAll(as: Int32.self).prefix(150)
      #expect(try file.dataset("/labels").readAll(as: Int32.self) == Array(expected))
      #expect(try file.attributeDouble("kl_divergence") ?? 0 > 0)
      let picture = try PNGImage(reading: folder.path + "/a.png")
      #expect(picture.channels == 3 && Set(picture.pixels).count > 50)
    }

    @Test("as good as scikit-learn's: divergence and trustworthiness within 2 %")
    func scikitLearn() throws {
      try folder.write(
        """
        data:
          train: {file: \(Program.sample)}
          transform: unit
        model: {family: pca, components: 50}
        """, to: "pca.yaml")
      let codes = try Program.run(
        ["pca", "pca.yaml", "--codes", "train", "-o", "codes.h5"], in: folder)
      #expect(codes.status == 0, "\(codes.errors)")
      let run = try Program.run(
        ["embed", "codes.h5", "--rows", "2500", "-o", "a.h5"], ranks: 2, in: folder)
      #expect(run.status == 0, "\(run.errors)")
      let script = """
        from sklearn.manifold import TSNE, trustworthiness
        x = h5py.File('codes.h5')['codes'][:2500]
        tsne = TSNE(perplexity=30, init='pca', n_jobs=1, random_state=0)
        y = tsne.fit_transform(x)
        f = h5py.File('a.h5')
        print(json.dumps([
            f.attrs['kl_divergence'] / tsne.kl_divergence_,
            trustworthiness(x, f['embedding'][()], n_neighbors=12) / trustworthiness(x, y, n_neighbors=12)]))
        """
      guard let text = try Program.script(script, in: folder) else { return }
      let ratios = try JSONDecoder().decode([Double].self, from: Data(text.utf8))
      #expect(ratios[0] < 1.02, "divergence")
      #expect(ratios[1] > 0.98, "trustworthiness")
    }

    @Test(
      "bad input is one line, and nothing is written",
      arguments: [
        (["--perplexity", "1500"], "too large for 3000 points: at most 999.6"),
        (["--rows", "20"], "perplexity of 30.0 is too large for 20 points"),
        (["--rows", "3", "--pca", "2", "--perplexity", "1"], "3 points are too few"),
        (["--rows", "3001"], "has only 3000 points"),
        (["--dataset", "/none"], "no dataset '/none'"),
        (["--labels", "/none"], "no dataset '/none'"),
        (["--labels", "/test/labels"], "/train/images has 3000 samples"),
        (["--dataset", "/train/labels"], "has 1 axes"),
        (["--pca", "785"], "1 to 784"), (["--theta", "2"], "from 0 (exact) to 1"),
        (["--output", "/nowhere/a.h5"], "/nowhere is no folder"),
        (["--picture", "/nowhere/a.png"], "/nowhere is no folder"),
      ])
    func badInput(arguments: [String], words: String) throws {
      let run = try Program.run(images + arguments, ranks: 2, in: folder)
      #expect(run.status == 2, "\(run.output)")
      let lines = run.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
      #expect(lines.count == 1 && lines[0].contains(words), "\(run.errors)")
      #expect(try folder.files.isEmpty)
    }

    @Test("a point that is not finite is named")
    func notFinite() throws {
      var codes = (0..<200).map { Float($0) }
      codes[2 * 57 + 1] = .nan
      try File.creatingAtomically(folder.path + "/codes.h5") { file in
        _ = try file.write("/codes", shape: [100, 2], values: codes)
      }
      let run = try Program.run(["embed", "codes.h5"], ranks: 2, in: folder)
      #expect(run.status == 2 && run.errors.contains("/codes[57]"), "\(run.errors)")
      #expect(try folder.files == ["codes.h5"])
    }

    @Test("positions that are not finite end it with exit code 4")
    func diverged() throws {
      let run = try Program.run(
        images + ["--rows", "200", "--learning-rate", "1e300", "--iterations", "60"], ranks: 2,
        in: folder)
      #expect(run.status == 4 && run.errors.contains("smaller than 1e+300"), "\(run.errors)")
      #expect(try folder.files.isEmpty)
    }
  }
}
