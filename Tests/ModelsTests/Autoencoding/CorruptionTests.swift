import Autograd
import Models
import Objectives
import Tensors
import Testing

@Suite("Corruption") struct CorruptionTests {
  private let width = 50

  /// What samples become, by way of an autoencoder whose code is its input.
  private func corrupted(_ corruption: Corruption, rows: Int, seed: UInt64 = 3) throws -> [Float] {
    let model = try Autoencoder(
      .init(encoder: [dense(width, .none)], loss: .squared, corruption: corruption),
      sample: [width], seed: 1)
    let x = Tensor(rows, width)
    x.fill(0.25)
    return AutoencoderViews(model, seed: seed).corrupted(x).elements
  }

  @Test("shares of values", arguments: [0.0, 0.25, 1])
  func shares(share: Double) throws {
    let count = Double(200 * width)
    let masked = try corrupted(.mask(share: share), rows: 200)
    let zeros = masked.count { $0 == 0 }
    #expect(masked.allSatisfy { $0 == 0 || $0 == 0.25 })
    #expect(abs(Double(zeros) / count - share) <= 4 * (share * (1 - share) / count).squareRoot())
    let both = try corrupted(.saltAndPepper(share: share), rows: 200)
    #expect(both.allSatisfy { [0, 0.25, 1].contains($0) })
    for value in [Float(0), 1] {
      let found = Double(both.count { $0 == value }) / count
      let expected = share / 2
      #expect(abs(found - expected) <= 4 * (expected * (1 - expected) / count).squareRoot())
    }
  }

  @Test("normal noise of the deviation")
  func gaussian() throws {
    let noise = try corrupted(.gaussian(deviation: 0.4), rows: 200).map { Double($0) - 0.25 }
    let mean = noise.reduce(0, +) / Double(noise.count)
    let variance = noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count)
    #expect(abs(mean) < 0.02 && abs(variance.squareRoot() - 0.4) < 0.01)
  }

  @Test("a sample's draws are its own, whatever shares its batch")
  func byIndex() throws {
    let many = try corrupted(.mask(share: 0.5), rows: 20)
    let few = try corrupted(.mask(share: 0.5), rows: 7)
    #expect(Array(many.prefix(few.count)) == few)
    #expect(Array(many[0..<width]) != Array(many[width..<2 * width]))
    #expect(try corrupted(.mask(share: 0.5), rows: 20, seed: 4) != many)
  }

  @Test("training draws by sample and step, the same on any number of shards")
  func training() throws {
    let model = try Autoencoder(
      .init(encoder: [dense(8)], corruption: .mask(share: 0.5)), sample: [width], seed: 1)
    func loss(_ shards: Int, _ step: Int) throws -> Double {
      try TapeStep(
        TapeObjective(model, seed: 3), samples: samples(12, width), shards: shards
      ).run(step: step).metrics[0]
    }
    let (one, three) = (try loss(1, 5), try loss(3, 5))
    #expect(abs(one - three) < 1e-5 * one)
    #expect(abs(try loss(1, 6) - one) > 1e-3)
  }
}
