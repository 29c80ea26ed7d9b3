import Foundation
import Synchronization

/// The file `checkpoints/loading`: the name of the checkpoint that a run is loading, while ranks read it,
/// decode it and put it to use; not in between, while they open the data. A process that dies on the way leaves
/// it behind, and who starts the run again can tell which checkpoint it died of. Rank 0 alone uses it.
enum LoadingMark {
  /// The checkpoint that was set last.
  private static let latest = Mutex<String?>(nil)

  /// Says which checkpoint is being loaded. Where that cannot be written, nothing is said.
  static func set(_ checkpoint: String) {
    latest.withLock { $0 = checkpoint }
    let name = checkpoint.split(separator: "/").last.map(String.init) ?? checkpoint
    try? writeAtomically(Array((name + "\n").utf8), to: path(checkpoint))
  }

  /// The same checkpoint is put to use.
  static func renew() {
    if let checkpoint = latest.withLock({ $0 }) { set(checkpoint) }
  }

  /// Another run begins: what was set last is none of its checkpoints.
  static func forget() { latest.withLock { $0 = nil } }

  /// It is loaded, or was refused in peace.
  static func clear() {
    if let checkpoint = latest.withLock({ $0 }) { unlink(path(checkpoint)) }
  }

  private static func path(_ checkpoint: String) -> String { folder(of: checkpoint) + "/loading" }
}
