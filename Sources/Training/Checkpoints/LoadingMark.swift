import Foundation
import Synchronization

/// The file `checkpoints/loading`: the name of the checkpoint that a run is loading, until all ranks have
/// what it holds. A process that dies on the way leaves it behind, and who starts the run again can
/// tell which checkpoint it died of. Rank 0 alone uses it.
enum LoadingMark {
  private static let path = Mutex<String?>(nil)

  /// Says which checkpoint is being loaded. Where that cannot be written, nothing is said.
  static func set(_ checkpoint: String) {
    let mark = folder(of: checkpoint) + "/loading"
    let name = checkpoint.split(separator: "/").last.map(String.init) ?? checkpoint
    guard (try? writeAtomically(Array((name + "\n").utf8), to: mark)) != nil else { return }
    path.withLock { $0 = mark }
  }

  /// It is loaded, or was refused in peace.
  static func clear() {
    path.withLock { path in
      if let path { unlink(path) }
      path = nil
    }
  }
}
