import Autograd
import Layers
import Testing
import Yams

@testable import Training

@Suite("Layers in a configuration") struct LayerSettingsTests {
  private func layers(_ text: String) throws -> [LayerDescription] {
    let reader = try SettingsReader(Yams.compose(yaml: "net: \(text)"), file: "run.yaml")
    let layers = try reader.layers("net", activation: .tanh)
    try reader.finish()
    return layers
  }

  private static let moved = Sliding(stride: 2, padding: 1, dilation: 3)
  static let entries: [(String, LayerDescription)] = [
    ("7", .init(.dense(7), activation: .tanh)),
    (
      "{dense: 7, bias: false, initializer: he, activation: relu}",
      .init(.dense(7), activation: .relu, hasBias: false, initializer: .heUniform())
    ),
    (
      "{conv: 3, kernel: 4, stride: 2, padding: 1, dilation: 3, initializer: orthogonal}",
      .init(
        .convolution(channels: 3, kernel: 4, moved), activation: .tanh, initializer: .orthogonal())
    ),
    (
      "{conv_transpose: 3, kernel: 4, stride: 2, padding: 1, dilation: 3, output_padding: 1}",
      .init(
        .transposedConvolution(channels: 3, kernel: 4, moved, outputPadding: 1), activation: .tanh)
    ),
    ("{max_pool: 2}", .init(.maxPool(2, stride: 2))),
    ("{average_pool: 3, stride: 1, padding: 1}", .init(.averagePool(3, stride: 1, padding: 1))),
    ("{batch_norm: true}", .init(.batchNorm())),
    (
      "{batch_norm: true, group: global, momentum: 0.3, epsilon: 1.0e-3, activation: relu}",
      .init(.batchNorm(group: .global, momentum: 0.3, epsilon: 1e-3), activation: .relu)
    ),
    ("{layer_norm: true, epsilon: 1.0e-6}", .init(.layerNorm(epsilon: 1e-6))),
    ("{dropout: 0.25}", .init(.dropout(0.25))),
    ("{lstm: 9}", .init(.lstm(9))), ("{gru: 9, output: last}", .init(.gru(9, .last))),
    ("{reshape: [2, 3]}", .init(.reshape([2, 3]))), ("{flatten: true}", .init(.flatten)),
  ]

  @Test(arguments: entries.indices)
  func reads(place: Int) throws {
    let (text, expected) = Self.entries[place]
    #expect(try layers("[\(text)]") == [expected])
  }

  @Test(
    arguments: [
      ("[0]", "has a layer of 0 units"), ("[{}]", "names no layer"),
      ("[{dense: 3, conv: 4}]", "names dense and conv"),
      ("[{batch_norm: false}]", "net[0].batch_norm is false"),
      ("[4, {batch_norm: true, momentum: 2}]", "net[1].momentum is '2'"),
      ("[{batch_norm: true, eps: 2}]", "unknown key 'net[0].eps'"),
      ("[{conv: 3}]", "net[0].kernel is missing"), ("[{dropout: 1}]", "net[0].dropout is '1'"),
      ("[{reshape: [2, x]}]", "must be sizes above zero"),
      ("[{dense: 3, initializer: hee}]", "did you mean 'he'?"),
      ("[{dense: 3, initializer: normal}]", "net[0].deviation is missing"),
      ("[{embedding: 8, count: 20}]", "names no layer"),
      ("[{gru: 3, output: first}]", "one of sequence, last"),
    ])
  func refuses(text: String, word: String) {
    do {
      _ = try layers(text)
      Issue.record("\(text) was taken")
    } catch { #expect("\(error)".contains(word), "\(error)") }
  }
}
