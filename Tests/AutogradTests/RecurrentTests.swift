import Autograd
import Tensors
import Testing

@Suite("Recurrent sequences")
struct RecurrentTests {
  @Test("LSTM, to second order", arguments: [1, 3])
  func lstm(steps: Int) {
    GradientCheck(shapes: [[steps, 2, 12], [12, 3], [2, 3], [2, 3]]) { values in
      let states = values[0].lstm(values[1], hidden: values[2], cell: values[3])
      return .concatenated([states.hidden, states.cell], axis: 0).squared
    }.run()
  }

  @Test("GRU, to second order", arguments: [1, 3])
  func gru(steps: Int) {
    GradientCheck(shapes: [[steps, 2, 9], [9, 3], [9], [2, 3]]) { values in
      values[0].gru(values[1], values[2], hidden: values[3]).squared
    }.run()
  }
}
