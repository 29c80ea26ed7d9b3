import Foundation

/// The pictures of a run, as far as they go into a report.
struct Pictures: Sendable {
  /// The pictures of one kind in the course of a run.
  struct Kind: Sendable {
    let name: String
    let pictures: [Picture]
  }

  /// One of them.
  struct Picture: Sendable {
    let path: String
    let step: Int
    let png: PNGFile

    /// What it says it is; nil without a word.
    var title: String? { png.texts["Title"] }
    /// What is seen, in a sentence; nil without a word.
    var description: String? { png.texts["Description"] }
  }

  /// By name.
  var kinds: [Kind] = []
  /// The number of files.
  var count = 0
  /// The number of those that are shown.
  var shown: Int { kinds.reduce(0) { $0 + $1.pictures.count } }

  /// Reads a folder's PNG files of at most so many bytes together. One that is torn is left out.
  init(in folder: String, bytes: Int) {
    let all = StepFiles.all(in: folder, extension: "png")
    count = all.reduce(0) { $0 + $1.files.count }
    kinds = StepFiles.thinned(all, bytes: bytes).compactMap { kind in
      let pictures = kind.files.compactMap { file -> Picture? in
        guard let data = FileManager.default.contents(atPath: file.path), let png = PNGFile(data)
        else { return nil }
        return Picture(path: file.path, step: file.step, png: png)
      }
      return pictures.isEmpty ? nil : Kind(name: kind.name, pictures: pictures)
    }
  }
}
