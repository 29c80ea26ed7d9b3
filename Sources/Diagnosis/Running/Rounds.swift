import Foundation
import MessagePassing

/// A rank that does not answer: nothing can be asked of all any more.
struct Silence: Error {
  /// What was under way.
  let what: String
  /// Who is silent.
  let ranks: [Int]
  /// How long they were waited for.
  let seconds: Double
}

/// Rank 0 has ended the conversation.
struct Ended: Error {}

/// How long rank 0 waits for an answer beyond the time that the work may take.
private let patience = 3.0

/// The conversation between rank 0 and all others, in rounds: all work, tell rank 0 what came of it, and
/// wait for its word to go on. Nobody waits for ever for one who does not speak.
final class Rounds {
  /// Who a rank is.
  struct Name: Codable, Sendable {
    let host: String
    let process: Int32
  }

  private let communicator: Communicator
  private let channel: SideChannel
  /// Who the ranks are; nil for one who has not spoken yet.
  private(set) var names: [Name?]

  init(_ communicator: Communicator) throws {
    self.communicator = communicator
    channel = try SideChannel(communicator)
    names = Array(repeating: nil, count: communicator.size)
  }

  private var others: Range<Int> { 1..<communicator.size }
  private var isFirst: Bool { communicator.rank == 0 }

  /// Has all ranks say who they are.
  func introduce(seconds: Double) throws {
    let name = Name(host: communicator.host, process: getpid())
    let answers = try ask("the ranks", seconds: seconds) { Outcome.done(name) }
    for answer in answers {
      if case .done(let name) = answer.facts { names[answer.rank] = name }
    }
    names = try share(isFirst ? names : nil, seconds: seconds)
  }

  /// The host of a rank.
  func host(_ rank: Int) -> String { names[rank]?.host ?? "unknown host" }

  /// The lowest rank of each host.
  var leaders: [Int] {
    var seen: Set<String> = []
    return names.indices.filter { seen.insert(host($0)).inserted }
  }

  /// Does work on all ranks together.
  /// - Parameters:
  ///   - what: what is under way, in words.
  ///   - seconds: how long the work may take; it keeps to that itself.
  /// - Returns: on rank 0 what came of it on all ranks, elsewhere nothing.
  /// - Throws: `Silence` for a rank that does not answer, `Ended` when rank 0 has ended it all.
  func ask<Facts>(
    _ what: String, seconds: Double, _ work: () -> Outcome<Facts>
  ) throws -> [OfRank<Outcome<Facts>>] {
    let start = Clock.now
    let own = work()
    guard isFirst else {
      try channel.send([UInt8](JSONEncoder().encode(own)), to: 0)
      _ = try order(what, from: start, seconds)
      return []
    }
    var answers: [Int: Outcome<Facts>] = [0: own]
    _ = try Clock.poll(until: start + seconds + patience) { () -> Bool? in
      for rank in others where answers[rank] == nil {
        guard let bytes = try channel.receive(from: rank) else { continue }
        answers[rank] =
          (try? JSONDecoder().decode(Outcome<Facts>.self, from: Data(bytes)))
          ?? .failed("its answer cannot be read")
      }
      return answers.count == communicator.size ? true : nil
    }
    let silent = others.filter { answers[$0] == nil }
    guard silent.isEmpty else {
      throw Silence(what: what, ranks: silent, seconds: Clock.now - start)
    }
    for rank in others { try channel.send([Word.goOn.rawValue], to: rank) }
    return answers.sorted { $0.key < $1.key }.map { rank, outcome in
      if rank == 0, names[0] == nil { return OfRank(rank, communicator.host, outcome) }
      return OfRank(rank, host(rank), outcome)
    }
  }

  /// Gives all ranks what rank 0 knows.
  func share<Value: Codable & Sendable>(_ value: Value?, seconds: Double) throws -> Value {
    guard isFirst, let value else {
      let bytes = try order("rank 0", from: Clock.now, seconds)
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
    }
    let bytes = [UInt8](try JSONEncoder().encode(value))
    for rank in others { try channel.send([Word.goOn.rawValue] + bytes, to: rank) }
    return value
  }

  /// How far the clocks of other ranks are ahead of rank 0's, in seconds. Rank 0 alone calls this, while
  /// they wait for its word.
  func clockOffsets(_ ranks: [Int]) throws -> [OfRank<Double>] {
    try ranks.compactMap { rank in
      let trials = try (0..<5).compactMap { _ in try clockOffset(rank) }
      // The shortest way there and back says most.
      return trials.min { $0.time < $1.time }.map { OfRank(rank, host(rank), $0.offset) }
    }
  }

  private func clockOffset(_ rank: Int) throws -> (time: Double, offset: Double)? {
    let start = Date().timeIntervalSince1970
    try channel.send([Word.time.rawValue], to: rank)
    guard
      let bytes = try Clock.poll(
        until: Clock.now + patience, { try channel.receive(from: rank) }),
      let there = try? JSONDecoder().decode([Double].self, from: Data(bytes)).first
    else { throw Silence(what: "the clocks", ranks: [rank], seconds: patience) }
    let end = Date().timeIntervalSince1970
    return (end - start, there - (start + end) / 2)
  }

  /// Ends the conversation. Those who still listen wait for their end.
  func end() {
    for rank in others { try? channel.send([Word.end.rawValue], to: rank) }
    flush()
  }

  /// Waits until what was said has gone, but not for ever.
  func flush() {
    _ = try? Clock.poll(until: Clock.now + 1) { try channel.isSending() ? nil : true }
  }

  /// What rank 0 says to all.
  private enum Word: UInt8 { case end, goOn, time }

  /// Waits for rank 0's word to go on, and tells the time when asked.
  private func order(_ what: String, from start: Double, _ seconds: Double) throws -> [UInt8] {
    // All would speak at the same time if rank 0 were silent.
    let limit = seconds + 3 * patience + 0.3 * Double(min(communicator.rank, 20))
    let content = try Clock.poll(until: start + limit) { () -> [UInt8]? in
      guard let bytes = try channel.receive(from: 0) else { return nil }
      switch bytes.first.flatMap(Word.init) {
      case .goOn: return Array(bytes.dropFirst())
      case .time:
        let time = [Date().timeIntervalSince1970]
        try channel.send([UInt8](JSONEncoder().encode(time)), to: 0)
        return nil
      case .end, nil: throw Ended()
      }
    }
    guard let content else { throw Silence(what: what, ranks: [0], seconds: Clock.now - start) }
    return content
  }
}
