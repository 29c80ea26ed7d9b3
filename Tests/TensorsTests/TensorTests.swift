import Tensors
import Testing

@Suite("Tensors and slices")
struct TensorTests {
  @Test("views share memory, rows are contiguous, memory is aligned")
  func views() {
    let tensor = Tensor(shape: [3, 4], elements: (0..<12).map(Float.init))
    #expect(UInt(bitPattern: tensor.pointer) % 64 == 0)
    let rows = tensor.rows(1..<3)
    #expect(rows.shape == [2, 4] && rows.elements == (4..<12).map(Float.init))
    rows.pointer[0] = 100
    #expect(tensor.elements[4] == 100)
    #expect(tensor.rows(3..<3).shape == [0, 4])
    #expect(Tensor(0, 4).rows(0..<0).count == 0)
  }

  @Test("a view outlives the tensor it was taken from")
  func lifetime() {
    func view() -> Tensor {
      Tensor(shape: [1000], elements: (0..<1000).map(Float.init)).view(offset: 990, shape: [2, 5])
    }
    #expect(view().elements == (990..<1000).map(Float.init))
  }

  @Test("slices lie one behind the other in a parameter set")
  func slices() {
    let layout = SliceLayout([("weights", [2, 3]), ("nothing", [0]), ("bias", [3])])
    #expect(layout.count == 9)
    #expect(layout.slices.map(\.range) == [0..<6, 6..<6, 6..<9])
    #expect(layout["bias"]?.offset == 6 && layout["biases"] == nil)
    let parameters = ParameterSet(layout)
    parameters["bias"].fill(2)
    #expect(parameters.flat.elements == [0, 0, 0, 0, 0, 0, 2, 2, 2])
    #expect(parameters["weights"].shape == [2, 3])
  }
}
