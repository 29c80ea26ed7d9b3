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

  @Test func thereMustBeAPlane() throws {
    #expect(try points([[1], [2], [3]], [0, 0, 0]) == nil)
    #expect(try points([[1, 2], [2, 3]], [0, 0]) == nil)
    #expect(try points([[1, 2], [2, 3], [.nan, 1]], [0, 0, 0]) == nil)
  }
}
