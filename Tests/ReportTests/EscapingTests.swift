import Foundation
import Testing

@testable import Report

/// What comes from files cannot become a part of the page's own text.
@Suite struct EscapingTests {
  @Test func text() {
    #expect(HTML.text("a<b>&\"'").source == "a&lt;b&gt;&amp;&quot;&#39;")
    #expect(
      HTML.text("<script>alert(1)</script>").source == "&lt;script&gt;alert(1)&lt;/script&gt;")
    #expect(HTML.text("日本 שלום é").source == "日本 שלום é")
  }

  @Test("control characters, which no page may hold, are shown as what they are")
  func controls() {
    #expect(HTML.text("a\0b\u{1B}[31m\u{7F}\u{85}").source == "a␀b␛[31m\u{FFFD}\u{FFFD}")
    #expect(HTML.text("a\nb\tc\r").source == "a\nb\tc␍")
  }

  @Test func attributes() {
    let image = HTML.void("img", ["alt": "\" onerror=\"alert(1)"])
    #expect(image.source == "<img alt=\"&quot; onerror=&quot;alert(1)\">")
  }

  @Test("data for scripts cannot end its element") func data() {
    let json = HTML.data(id: "x", #"["</script><script>alert(1)</script><!--"]"#).source
    #expect(json.components(separatedBy: "<").count == 3)
    #expect(json.hasSuffix("</script>") && json.contains(#"\u003C/script>"#))
  }

  @Test func links() {
    let link = RelativePath.link(
      to: "/runs/javascript:alert(1)?x#y/a b", from: "/runs", text: "<b>")
    #expect(
      link.source
        == "<a href=\"./javascript%3Aalert%281%29%3Fx%23y/a%20b\"><bdi>&lt;b&gt;</bdi></a>")
  }

  @Test(arguments: [
    ("/a/b", "/a/b/c/d", "c/d"), ("/a/b", "/a/c", "../c"), ("/a", "/a", "."), ("/", "/x", "x"),
    ("/a/./b/../c", "/a/d", "../d"),
  ])
  func paths(from: String, to: String, expected: String) {
    #expect(RelativePath.from(from, to: to) == expected)
  }

  @Test func wordsOfAShell() {
    #expect(Reproduction.quoted("runs/a-1") == "runs/a-1")
    #expect(Reproduction.quoted("a'b c") == "'a'\\''b c'")
    #expect(Reproduction.quoted("$(x)") == "'$(x)'" && Reproduction.quoted("") == "''")
  }
}
