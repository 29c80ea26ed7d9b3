import Foundation

/// Times of this machine's steady clock.
enum Clock {
  /// Seconds since some moment.
  static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

  /// Seconds of a piece of work.
  static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = now
    try body()
    return now - start
  }

  /// Asks again and again until there is something, or until a time; nil then.
  ///
  /// A process that was stopped itself has not waited in that time, and must not blame others.
  static func poll<T>(until end: Double, _ body: () throws -> T?) rethrows -> T? {
    var (end, last) = (end, now)
    while true {
      if let found = try body() { return found }
      usleep(300)
      let time = now
      if time - last > 2 { end += time - last }
      if time > end { return nil }
      last = time
    }
  }
}
