import CKernels

/// What random numbers are drawn for. Streams of different purposes never meet.
public struct RandomPurpose: Sendable, Equatable {
  let number: UInt32

  /// A purpose of a number of its own. Numbers are part of the promise that a result depends on
  /// (configuration, data, seed) alone: they are never given anew.
  public init(number: UInt32) {
    self.number = number
  }

  /// Initial values of parameters.
  public static let initialization = RandomPurpose(number: 1)
  /// The order of the samples of an epoch.
  public static let epochOrder = RandomPurpose(number: 2)
  /// Binarisation of grey data by sampling.
  public static let binarization = RandomPurpose(number: 3)
  /// Gibbs sampling in training.
  public static let gibbs = RandomPurpose(number: 4)
  /// First states of persistent chains.
  public static let chainStart = RandomPurpose(number: 5)
  /// Gibbs sampling in evaluation.
  public static let evaluation = RandomPurpose(number: 6)
  /// Samples drawn to be looked at.
  public static let sampling = RandomPurpose(number: 7)
  /// Units that dropout drops.
  public static let dropout = RandomPurpose(number: 8)
  /// Latent variables of variational models.
  public static let latent = RandomPurpose(number: 9)
  /// Corruption of the input of denoising models.
  public static let corruption = RandomPurpose(number: 10)
  /// The runs of annealed importance sampling.
  public static let annealing = RandomPurpose(number: 11)
  /// Hidden units of a general Boltzmann machine whose visible ones are clamped to data.
  public static let clamped = RandomPurpose(number: 12)
  /// Exchanges of states between replicas at different temperatures.
  public static let replicaExchange = RandomPurpose(number: 14)
  /// States that an up-pass through a stack of layers draws, in greedy training and in codes.
  public static let upPass = RandomPurpose(number: 16)
  /// Both passes and the top machine's chains of up-down learning.
  public static let upDown = RandomPurpose(number: 17)
  /// First positions of the points of an embedding.
  public static let embedding = RandomPurpose(number: 20)
}

/// Counter-based random numbers: Philox4x32-10 keyed by (seed, purpose) and counted by
/// (step, round, item, draw).
///
/// Nothing is stored and nothing advances: whoever asks for the numbers of an item gets the same
/// ones, on any rank, in any order, after any restart.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
public struct RandomStream: Sendable {
  /// The stream as the C kernels take it.
  public let kernel: sdt_stream

  /// The stream of a purpose at a step.
  /// - Parameters:
  ///   - seed: the run's seed.
  ///   - step: the optimizer update; its low 32 bits count.
  ///   - round: a draw inside the step, such as a layer of a Gibbs sweep.
  public init(seed: UInt64, purpose: RandomPurpose, step: Int = 0, round: Int = 0) {
    var key: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    let counter: [UInt32] = [purpose.number, 0x7364_742D, 0, 0]
    let seedWords = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
    withUnsafeMutableBytes(of: &key) { bytes in
      sdt_philox_block(counter, seedWords, bytes.bindMemory(to: UInt32.self).baseAddress)
    }
    kernel = sdt_stream(
      key: (key.0, key.1), step: UInt32(truncatingIfNeeded: step),
      round: UInt32(truncatingIfNeeded: round))
  }

  private init(kernel: sdt_stream) {
    self.kernel = kernel
  }

  /// The same key at another step and round.
  public func at(step: Int, round: Int = 0) -> RandomStream {
    RandomStream(
      kernel: sdt_stream(
        key: kernel.key, step: UInt32(truncatingIfNeeded: step),
        round: UInt32(truncatingIfNeeded: round)))
  }

  /// Fills with words uniform over 32 bits.
  public func words(item: Int, into out: UnsafeMutableBufferPointer<UInt32>) {
    sdt_philox_fill(kernel, UInt32(truncatingIfNeeded: item), out.baseAddress, out.count)
  }

  /// Fills with numbers uniform in [0, 1), multiples of 2⁻²⁴.
  public func uniform(item: Int, into out: UnsafeMutableBufferPointer<Float>) {
    sdt_uniform_fill(kernel, UInt32(truncatingIfNeeded: item), out.baseAddress, out.count)
  }

  /// Fills with standard normal numbers (Box and Muller, 1958).
  public func normal(item: Int, into out: UnsafeMutableBufferPointer<Float>) {
    sdt_normal_fill(kernel, UInt32(truncatingIfNeeded: item), out.baseAddress, out.count)
  }

  /// Shuffles in place, every permutation equally likely up to 2⁻³² · count (Fisher and Yates).
  public func shuffle(item: Int, _ values: inout [Int32]) {
    guard values.count > 1 else { return }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: values.count) { words in
      self.words(item: item, into: words)
      for i in stride(from: values.count - 1, to: 0, by: -1) {
        // In Swift a shift binds more tightly than a product.
        values.swapAt(i, Int((UInt64(words[i]) &* UInt64(i + 1)) >> 32))
      }
    }
  }
}
