import Testing

@testable import DataParallel

@Suite("Buckets")
struct BucketTests {
  @Test("buckets follow each other and keep to the size", arguments: [1, 2, 7, 100, 101, 262_145])
  func cut(length: Int) {
    for size in [1, 3, 50, 100, 1 << 18] where length / size < 1000 {
      let all = buckets(length: length, size: size)
      #expect(all.first?.lowerBound == 0 && all.last?.upperBound == length)
      #expect(zip(all, all.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
      #expect(all.allSatisfy { !$0.isEmpty && $0.count <= size })
      #expect(all.count == (length + size - 1) / size)
    }
  }

  @Test("buckets start in order however ranges become ready")
  func order() {
    var progress = BucketProgress([0..<10, 10..<20, 20..<30])
    #expect(progress.next() == nil)
    progress.ready(20..<30)
    #expect(progress.next() == nil)
    progress.ready(0..<9)
    #expect(progress.next() == nil)
    // One range ends the first bucket and begins the second.
    progress.ready(9..<15)
    #expect(progress.next() == 0)
    #expect(progress.next() == nil)
    progress.ready(15..<20)
    #expect(progress.next() == 1)
    #expect(progress.next() == 2)
    #expect(progress.next() == nil)
    #expect(progress.started == 3)
  }

  @Test("one range may fill several buckets; a new step starts anew")
  func reset() {
    var progress = BucketProgress([0..<10, 10..<20, 20..<30])
    for _ in 0..<2 {
      progress.ready(0..<30)
      #expect(
        [progress.next(), progress.next(), progress.next(), progress.next()] == [0, 1, 2, nil])
      progress.reset()
      #expect(progress.started == 0 && progress.next() == nil)
    }
    // What was half ready is forgotten, too.
    progress.ready(0..<5)
    progress.reset()
    progress.ready(5..<10)
    #expect(progress.next() == nil)
  }
}
