import Datasets
import Foundation
import Objectives
import PNG
import Reporting
import Tensors

/// Pictures, tables and curves of a run: made on rank 0 after evaluations, drawn in a thread of its own.
final class Gallery {
  private let directory: RunDirectory
  private let queue: PictureQueue
  private var budget: PictureBudget
  private var curves: LearningCurves
  /// The step whose pictures and tables are being made.
  private var step: Int?
  /// The last step that has pictures.
  private var drawnStep: Int?

  /// - Parameters:
  ///   - share: of the run's time, what pictures may take; see ``PictureBudget``.
  ///   - curves: what was measured before the checkpoint that a run goes on from.
  ///   - say: a line for people, from any thread.
  init(
    _ directory: RunDirectory, share: Double, curves: LearningCurves,
    say: @escaping @Sendable (String) -> Void
  ) {
    (self.directory, self.curves) = (directory, curves)
    budget = PictureBudget(share: share)
    queue = PictureQueue(say: say)
  }

  /// Takes a line of metrics.jsonl.
  func add(
    _ kind: String, stage: String, step: Int, _ values: [(name: String, value: Double)]
  ) {
    curves.add(kind, stage: stage, step: step, values)
  }

  /// What an evaluation leaves to be looked at.
  struct Set {
    /// Where in the run it is.
    var place: Place
    /// Whether the stage ends here.
    var isLast: Bool
    /// Made when there are somebody and time to draw.
    var pictures: () throws -> (writer: PictureWriter, pictures: [Picture])?
    var tables: [TableFile]
  }

  /// A place in a run.
  struct Place: Sendable {
    var run: String
    /// nil where there is but one.
    var stage: String?
    var epoch: Int
    var step: Int
    var clock: LearningCurves.Clock

    /// What stands below pictures.
    var caption: String {
      ([run, stage].compactMap { $0 } + ["epoch \(epoch)", "update \(step)"])
        .joined(separator: " · ")
    }
  }

  /// Draws what an evaluation leaves. Nothing that goes wrong here ends a run.
  /// - Parameter afterwards: takes the paths of what was drawn, in the drawing thread.
  func show(_ set: Set, afterwards: @escaping @Sendable ([String]) -> Void = { _ in }) {
    guard queue.isOn else { return }
    do {
      let isAffordable = budget.allows(
        stage: set.place.stage, isLast: set.isLast, drawing: queue.processorTime)
      // Parameters move on while they are drawn.
      let drawn = try budget.counting {
        try (isAffordable ? set.pictures() : nil).map {
          (writer: $0.writer, pictures: $0.pictures.map(Self.standing))
        }
      }
      guard drawn != nil || !set.tables.isEmpty else { return }
      step = set.place.step
      if drawn != nil { drawnStep = step }
      let pictures = drawn?.pictures ?? []
      let (writer, curves) = (drawn?.writer, self.curves)
      let (place, tables, directory) = (set.place, set.tables, directory)
      // Until the set before is drawn.
      budget.counting { queue.wait() }
      queue.submit {
        for table in tables { try table.write(into: directory.tables) }
        guard var writer else { return }
        writer.caption = place.caption
        var paths = try tables.map {
          try $0.draw(into: directory.images, caption: place.caption)
        }
        paths += try writer.write(pictures, step: place.step)
        afterwards(paths)
        try Self.draw(curves, place, into: directory.images)
      }
    } catch {
      queue.giveUp("\(error)")
    }
  }

  /// A picture that can be drawn while training goes on: not by chains of its own, where their products must not be
  /// computed beside those of training.
  private static func standing(_ picture: Picture) -> Picture {
    BLAS.allowsSeveralCallers ? picture.detached : picture.finished.detached
  }

  /// `curves.png`, or `curves-<stage>.png` where there are several stages.
  private static func draw(
    _ curves: LearningCurves, _ place: Place, into folder: String
  ) throws {
    let panels = curves.panels(place.clock)
    guard !panels.isEmpty else { return }
    let title = "Learning curves" + (place.stage.map { " of \($0)" } ?? "")
    let plot = LinePlot(panels, xAxis: "epoch", title: title, note: place.caption)
    let names = panels.map(\.title).joined(separator: ", ")
    try plot.render().write(
      to: "\(folder)/curves\(place.stage.map { "-\($0)" } ?? "").png",
      texts: PictureWriter.texts(title, "Curves over epochs: \(names)."))
  }

  /// Returns when all is drawn that belongs to updates before a step; nil is all.
  func wait(before step: Int? = nil) {
    if let step, let own = self.step, own >= step { return }
    budget.counting { queue.wait() }
  }

  /// Whether pictures of a step are there, or on their way.
  func hasPictures(step: Int) -> Bool {
    if drawnStep == step { return true }
    let end = "-\(CheckpointStore.name(step: step).dropLast(3)).png"
    let names = try? FileManager.default.contentsOfDirectory(atPath: directory.images)
    return names?.contains { $0.hasSuffix(end) } ?? false
  }
}
