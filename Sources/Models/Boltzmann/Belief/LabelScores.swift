import CKernels
import Tensors

/// The classes of samples by the free energy of the top machine with each label.
///
/// −F(h, y = k) = cᵀh + d_k + Σ_j log(1 + exp(b_j + W_j·h + U_jk)), so that p(y = k | h) is the softmax of these
/// over k, exactly. The fields of h are made once; each class adds a column of U.
/// Source: Hinton, Osindero and Teh, 2006, section 6; Larochelle and Bengio, "Classification using
/// discriminative restricted Boltzmann machines", 2008.
final class LabelScores {
  private let machine: RestrictedBoltzmannMachine
  private let classes: Int
  /// Uᵀ, [classes, hidden].
  private let labelWeights: Tensor
  private let inputs: Rooms
  private let fields: Rooms

  /// Of a machine whose visible units end in a label's.
  init(_ machine: RestrictedBoltzmannMachine) {
    self.machine = machine
    classes = machine.visibleLayer.kind.classes
    labelWeights = Tensor(classes, machine.hidden)
    (inputs, fields) = (Rooms(machine.visible), Rooms(machine.hidden))
  }

  /// Takes the weights as they are now.
  func begin() {
    let first = machine.visible - classes
    for k in 0..<classes {
      for j in 0..<machine.hidden {
        labelWeights.pointer[k * machine.hidden + j] =
          machine.weights.pointer[j * machine.visible + first + k]
      }
    }
  }

  /// Visits the scores −F(h, y = k) − cᵀh of all k, row by row, and cᵀh.
  /// - Parameters:
  ///   - h: the penultimate units, [rows, visible − classes].
  ///   - body: is given scores that are valid until it returns.
  func forEach(
    _ h: Tensor, _ body: (_ row: Int, _ scores: UnsafeBufferPointer<Double>, _ own: Double) -> Void
  ) {
    let rows = h.shape[0]
    guard rows > 0 else { return }
    // Nothing ever writes the label's units of this room: they are zero.
    let (u, field) = (inputs.room(rows), fields.room(rows))
    machine.visibleLayer.inputs(h, labels: nil, into: u)
    machine.hiddenFields(u, nil, into: field)
    let bias = machine.visibleLayer.unitBias().pointer
    let (hidden, first) = (machine.hidden, machine.visible - classes)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: classes) { scores in
      for row in 0..<rows {
        sdt_label_scores(
          scores.baseAddress, field.pointer + row * hidden, machine.hiddenBias.pointer,
          labelWeights.pointer, hidden, classes)
        for k in 0..<classes { scores[k] += Double(machine.visibleBias.pointer[first + k]) }
        body(
          row, UnsafeBufferPointer(scores),
          machine.visibleLayer.ownTerm(u.pointer + row * machine.visible, unitBias: bias))
      }
    }
  }
}
