import CHDF5
import Dispatch

/// The one serial queue on which this process calls HDF5.
///
/// The library as packaged is not thread safe. Every public operation of this target runs itself on
/// this queue, so callers need not think of it; use the queue to run several operations in one go,
/// or in the background.
public enum HDF5Queue {
  private static let key = DispatchSpecificKey<Bool>()

  private static let queue: DispatchQueue = {
    let queue = DispatchQueue(label: "swift-dist-train.hdf5")
    queue.setSpecific(key: key, value: true)
    return queue
  }()

  /// Runs `body` on the queue and waits for it. Inside the queue it runs `body` directly.
  ///
  /// A body that waits for another queue whose work itself calls HDF5 deadlocks.
  @discardableResult
  public static func sync<T>(_ body: () throws -> T) rethrows -> T {
    if DispatchQueue.getSpecific(key: key) == true { return try body() }
    return try queue.sync {
      silence()
      return try body()
    }
  }

  /// Runs `body` on the queue later, in the order of submission.
  public static func async(_ body: @escaping @Sendable () -> Void) {
    queue.async {
      silence()
      body()
    }
  }

  /// Switches the library's printing of errors off. `H5Eset_auto2`
  ///
  /// A thread-safe build keeps that setting per thread, hence before each piece of work.
  private static func silence() {
    _ = H5Eset_auto2(sdt_h5_error_default(), nil, nil)
  }
}
