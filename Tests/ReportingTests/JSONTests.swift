import Reporting
import Testing

@Suite("JSON")
struct JSONTests {
  @Test("strings are escaped, and come back")
  func escapes() throws {
    let text = "a\"b\\c\n\r\t\u{01}\u{1F}\u{7F} é 😀 </script> \u{2028}"
    let encoded = JSONValue.string(text).encoded()
    #expect(
      encoded == "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001f\u{7F} é 😀 </script> \u{2028}\"")
    #expect(try JSONValue(parsing: encoded) == .string(text))
  }

  @Test("escapes that only others write are read")
  func foreignEscapes() throws {
    let value = try JSONValue(parsing: #""\u0041\/\b\f\ud83D\uDE00""#)
    #expect(value == "A/\u{08}\u{0C}😀")
  }

  @Test(
    "doubles are the shortest text that reads back as the same bits",
    arguments: [
      0.1, -0.0, 1.0, 1e-7, 1.0 / 3, Double.leastNonzeroMagnitude,
      .greatestFiniteMagnitude, 1e16, 123456.789,
    ])
  func doubles(value: Double) throws {
    let text = JSONValue.double(value).encoded()
    let back = try #require(JSONValue(parsing: text).doubleValue)
    #expect(back.bitPattern == value.bitPattern)
    #expect(text.count <= 24)
  }

  @Test("a whole double stays a double")
  func wholeDouble() {
    #expect(JSONValue.double(2).encoded() == "2.0")
    #expect(JSONValue.double(0.1).encoded() == "0.1")
  }

  @Test("numbers that are not finite are strings")
  func nonFinite() throws {
    let value: JSONValue = [.double(.nan), .double(.infinity), .double(-.infinity)]
    #expect(value.encoded() == #"["nan","inf","-inf"]"#)
    let back = try #require(JSONValue(parsing: value.encoded()).arrayValue)
    #expect(back[0].doubleValue?.isNaN == true)
    #expect(back[1].doubleValue == .infinity)
    #expect(back[2].doubleValue == -.infinity)
  }

  @Test("keys keep their order, compact and indented")
  func order() throws {
    let value: JSONValue = ["z": 1, "a": [], "m": ["k": nil, "b": [true, 1.5]], "e": [:]]
    let compact = #"{"z":1,"a":[],"m":{"k":null,"b":[true,1.5]},"e":{}}"#
    #expect(value.encoded() == compact)
    #expect(try JSONValue(parsing: compact) == value)
    #expect(try JSONValue(parsing: value.encoded(pretty: true)) == value)
    let pretty = JSONValue.object(["a": [1, 2], "b": "c"]).encoded(pretty: true)
    #expect(pretty == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": \"c\"\n}")
  }

  @Test("the last of equal keys wins, in the place of the first")
  func equalKeys() throws {
    let value = try JSONValue(parsing: #" {"a": 1, "b": 2, "a": 3} "#)
    #expect(value.encoded() == #"{"a":3,"b":2}"#)
  }

  @Test("integers beyond Int become doubles")
  func bigIntegers() throws {
    #expect(try JSONValue(parsing: "9223372036854775807") == .int(.max))
    #expect(try JSONValue(parsing: "9223372036854775808") == .double(9_223_372_036_854_775_808))
  }

  @Test(
    "what is not JSON is an error",
    arguments: [
      "", " ", "{", "[1,", "[1,]", "{\"a\":}", "{a:1}", "{\"a\" 1}", "01", "1.", ".5", "+1", "1e",
      "--1", "nul", "true1", "1 2", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\udc00\"",
      "\"\\ud800\\u0041\"", "\"\n\"", "NaN", "1e999", "'a'",
    ])
  func malformed(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test("an error names the byte")
  func errorPlace() {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "[1, x]") }
    #expect(error?.description == "byte 4: expected a value")
  }

  @Test("deep nesting is an error, not a stack overflow")
  func deep() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test("bytes that are not UTF-8 are an error")
  func notUTF8() {
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }
  }
}
