import Foundation

/// The values that a script has written to a JSON file.
/// - Parameters:
///   - path: the file, seen from the folder of the calling source file.
///   - source: the calling source file.
/// - Throws: `CocoaError` where the file cannot be read, `DecodingError` where it holds other values.
public func fixture<Values: Decodable>(
  _ path: String, besides source: String = #filePath
) throws -> Values {
  let file = URL(filePath: source).deletingLastPathComponent().appending(path: path)
  return try JSONDecoder().decode(Values.self, from: Data(contentsOf: file))
}
