import Foundation
import Objectives
import Tensors
import Testing

@testable import Training

@Suite("Pictures of codes") struct CodePictureTests {
  private func points(_ codes: [[Float]], _ labels: [Int32]) throws -> [Double]? {
    let width = codes[0].count
    let all = Tensor(shape: [codes.count, width], elements: codes.flatMap { $0 })
    let encoder = Stage.Encoder(width: width) { samples, _ in samples }
    let picture = try CodePicture.picture(encoder, Examples(samples: all, labels: labels))
    guard case .points(let positions, let classes, _) = picture?.content else { return nil }
    #expect(classes == labels)
    return positions
  }

  @Test func twoValuesAreDrawnAsTheyAre() throws {
    #expect(try points([[1, 2], [3, 4], [5, 0]], [0, 1, 1]) == [1, 2, 3, 4, 5, 0])
  }

  @Test func moreAreDrawnAlongTheirPrincipalAxes() throws {
    // On a line, with a step aside: distances stay, the line is the first axis.
    let codes: [[Float]] = [[0, 0, 5], [3, 4, 5], [6, 8, 5], [9, 12, 5], [4.5, 6, 6]]
    let found = try #require(try points(codes, [0, 0, 0, 1, -1]))
    let along = stride(from: 0, to: 10, by: 2).map { abs(found[$0]) }
    for (value, expected) in zip(along, [7.5, 2.5, 2.5, 7.5, 0]) {
      #expect(abs(value - expected) < 1e-6)
    }
    #expect(abs(abs(found[9] - found[1]) - 1) < 1e-6)
  }

  /// Wider than there are samples: along the rows of one matrix, and not the columns.
  @Test("wide codes are drawn alike, and encoded in blocks of one shape")
  func wide() throws {
    let (rows, width) = (150, 1500)
    let all = Tensor(rows, width)
    for row in 0..<rows {
      let along = Float((row * 37) % rows)
      all.pointer[row * width + 3] = 0.6 * along
      all.pointer[row * width + 1200] = 0.8 * along
      all.pointer[row * width + 7] = row == 40 ? 5 : 0
    }
    var shapes: [Int] = []
    let encoder = Stage.Encoder(width: width) { samples, labels in
      shapes.append(samples.shape[0])
      #expect(samples.pointer[3] == 0.6 * Float((Int(labels[0]) * 37) % rows))
      return samples
    }
    let labels = (0..<rows).map { Int32($0) }
    let picture = try CodePicture.picture(encoder, Examples(samples: all, labels: labels))
    guard case .points(let found, _, _) = picture?.content else {
      Issue.record("no points")
      return
    }
    #expect(shapes == [128, 128])
    let sign = found[0] < found[2] ? 1.0 : -1.0
    for row in 0..<rows where row != 40 {
      let distance = sign * (found[2 * row] - found[0])
      #expect(abs(distance - Double((row * 37) % rows)) < 0.01, "row \(row)")
    }
    // 130 along, 5 aside: the axes turn a little towards the only sample aside.
    let aside = hypot(found[80] - found[0], found[81] - found[1])
    #expect(abs(aside - 130.0961) < 1e-3 && abs(found[81] - found[1]) > 4.5)
  }

  @Test func thereMustBeAPlane() throws {
    #expect(try points([[1], [2], [3]], [0, 0, 0]) == nil)
    #expect(try points([[1, 2], [2, 3]], [0, 0]) == nil)
    #expect(try points([[1, 2], [2, 3], [.nan, 1]], [0, 0, 0]) == nil)
  }
}
