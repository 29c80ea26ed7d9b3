/// The candidate nearest to a misspelt word in any case, unless all are far.
///
/// Source: Levenshtein, "Binary codes capable of correcting deletions, insertions and reversals",
/// 1966.
func nearest(to word: String, among candidates: [String]) -> String? {
  let ranked = candidates.map { ($0, editDistance(word.lowercased(), $0.lowercased())) }
    .min { $0.1 < $1.1 }
  guard let (best, distance) = ranked, distance <= max(2, word.count / 2) else { return nil }
  return best
}

/// The least number of insertions, deletions and replacements that turn one word into the other.
func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a), Array(b))
  var row = Array(0...b.count)
  for i in a.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let cost = a[i] == b[j] ? diagonal : diagonal + 1
      diagonal = row[j + 1]
      row[j + 1] = min(cost, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
