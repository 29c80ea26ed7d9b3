/// A Swift number that HDF5 can read and write as it lies in memory.
public protocol HDF5Element {
  /// The element type with the same layout.
  static var elementType: ElementType { get }
}

extension HDF5Element where Self: FixedWidthInteger {
  /// The integer of the same size and signedness.
  public static var elementType: ElementType {
    .integer(size: MemoryLayout<Self>.size, signed: isSigned)
  }
}

extension HDF5Element where Self: BinaryFloatingPoint {
  /// Single precision for a number of 4 bytes, double precision otherwise.
  public static var elementType: ElementType {
    MemoryLayout<Self>.size == 4 ? .float32 : .float64
  }
}

extension UInt8: HDF5Element {}
extension Int8: HDF5Element {}
extension UInt16: HDF5Element {}
extension Int16: HDF5Element {}
extension UInt32: HDF5Element {}
extension Int32: HDF5Element {}
extension UInt64: HDF5Element {}
extension Int64: HDF5Element {}
extension Int: HDF5Element {}
extension Float: HDF5Element {}
extension Double: HDF5Element {}
