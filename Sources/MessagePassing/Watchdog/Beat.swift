/// A message of the watchdog's channel: 64 bytes.
struct Beat: Equatable, Sendable {
  /// What a message is for.
  enum Kind: Int64 {
    /// Who is calling, with the run's token.
    case hello
    /// How a rank is.
    case beat
    /// The rank ends in peace: from here on its silence means nothing.
    case goodbye
  }

  var kind = Kind.beat
  var rank: Int
  /// The update under way.
  var step = 0
  var phase = Pulse.Phase.setUp
  /// The number of calls that wait for others which the rank has come to.
  var collectives = 0
  /// For how many seconds it has been waiting in one of them; nil when it is in none.
  var waited: Double?
  /// What tells this run's ranks from strangers.
  var token: UInt64 = 0

  static let size = 64
  private static let mark: Int64 = 0x5344_542d_6265_6174

  /// The message's bytes. Ranks of one run have one byte order: MPI sends their numbers as they are.
  var bytes: [UInt8] {
    let words = [
      Self.mark, kind.rawValue, Int64(rank), Int64(step), Int64(phase.rawValue),
      Int64(collectives), waited.map { Int64($0 * 1000) } ?? -1, Int64(bitPattern: token),
    ]
    return words.withUnsafeBytes { Array($0) }
  }

  init(kind: Kind = .beat, rank: Int) {
    (self.kind, self.rank) = (kind, rank)
  }

  /// Nil where the bytes are no message.
  init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count == Self.size else { return nil }
    let words = bytes.withUnsafeBytes { raw in
      (0..<8).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self) }
    }
    guard words[0] == Self.mark, let kind = Kind(rawValue: words[1]),
      let phase = Pulse.Phase(rawValue: UInt8(truncatingIfNeeded: words[4]))
    else { return nil }
    self.init(kind: kind, rank: Int(words[2]))
    (step, self.phase, collectives) = (Int(words[3]), phase, Int(words[5]))
    waited = words[6] < 0 ? nil : Double(words[6]) / 1000
    token = UInt64(bitPattern: words[7])
  }
}

/// Follows what the main thread is doing: how long it has been waiting, on a clock that stands still
/// while the process does.
struct PulseReader {
  private let rank: Int
  private var collectives = -1
  private var since = 0.0

  init(rank: Int) { self.rank = rank }

  /// How this rank is now.
  /// - Parameter now: seconds of an `AwakeClock`.
  mutating func read(now: Double) -> Beat {
    var beat = Beat(rank: rank)
    (beat.step, beat.phase) = (Pulse.step, Pulse.phase)
    let isWaiting = Pulse.isWaiting
    beat.collectives = Pulse.collectives
    if collectives != beat.collectives || !isWaiting {
      (collectives, since) = (beat.collectives, now)
    }
    beat.waited = isWaiting ? now - since : nil
    return beat
  }
}

/// A clock that stands still while its thread cannot run: a suspended job, a closed laptop.
///
/// Its owner reads it many times a second. Where more than `longest` seconds have gone by between two
/// readings, the process was not running: nobody is to blame for what did not happen then.
struct AwakeClock {
  /// The longest time between two readings that counts, in seconds.
  static let longest = 2.0
  /// What counts of a longer one.
  static let counted = 0.5

  private(set) var now = 0.0
  private var last: Double

  /// - Parameter time: seconds of any clock that never goes back.
  init(at time: Double) { last = time }

  mutating func advance(to time: Double) {
    let elapsed = time - last
    last = time
    now += elapsed > Self.longest ? Self.counted : elapsed
  }
}
