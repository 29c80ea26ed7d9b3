#!/usr/bin/env python3
"""Writes the glyphs that pictures are labelled with, as Swift, from fonts of X.Org's font-misc-misc.

    apt-get install xfonts-base pcf2bdf
    for f in 7x13 10x20; do gunzip -c /usr/share/fonts/X11/misc/$f.pcf.gz | pcf2bdf > $f.bdf; done
    Tests/Scripts/make-fonts.py 7x13.bdf small > Sources/Reporting/Pictures/Fonts/SmallGlyphs.swift
    Tests/Scripts/make-fonts.py 10x20.bdf large > Sources/Reporting/Pictures/Fonts/LargeGlyphs.swift

Both fonts say of themselves: "Public domain font.  Share and enjoy."
"""

import sys

RANGES = [
    (0x20, 0x7E), (0xA0, 0x17F), (0x384, 0x3CE), (0x401, 0x45F), (0x2010, 0x2026), (0x2030, 0x203A),
    (0x2070, 0x208E), (0x20AC, 0x20AC), (0x2113, 0x2113), (0x2190, 0x2195), (0x25A1, 0x25A1),
]  # fmt: skip
SIGNS = "∂∆∈∏∑−∙√∝∞∧∨∩∪∫≈≠≡≤≥⋅"


def glyphs(path):
    """Each code with the rows of its whole cell, from the top, as numbers; and the font's properties."""
    found, properties, code, rows = {}, {}, None, None
    for line in open(path, encoding="latin-1"):
        words = line.split() or [""]
        if words[0] in ("FONT_ASCENT", "FONT_DESCENT"):
            properties[words[0]] = int(words[1])
        elif words[0] == "FONTBOUNDINGBOX":
            properties["WIDTH"] = int(words[1])
        elif words[0] == "ENCODING":
            code = int(words[1])
        elif words[0] == "BBX":
            box = [int(word) for word in words[1:]]
        elif words[0] == "BITMAP":
            rows = []
        elif words[0] == "ENDCHAR":
            found[code] = cell(rows, box, properties)
            rows = None
        elif rows is not None:
            rows.append((int(words[0], 16), 4 * len(words[0])))
    return found, properties


def cell(rows, box, properties):
    """The rows of a character's box at their place in the cell; the highest bit is the leftmost column."""
    width, height, left, below = box
    top = properties["FONT_ASCENT"] - below - height
    cells = [0] * (properties["FONT_ASCENT"] + properties["FONT_DESCENT"])
    for place, (bits, length) in enumerate(rows):
        if 0 <= top + place < len(cells):
            shift = properties["WIDTH"] - length - left
            cells[top + place] = bits << shift if shift >= 0 else bits >> -shift
    return cells


def text(code, cells, digits):
    """`CODE.TOP.ROWS`: the code and the first row that has dots in hexadecimal, then the rows with dots."""
    used = [place for place, row in enumerate(cells) if row]
    if not used:
        return f"{code:x}.0."
    rows = "".join(f"{row:0{digits}x}" for row in cells[used[0] : used[-1] + 1])
    return f"{code:x}.{used[0]:x}.{rows}"


def main():
    path, name = sys.argv[1:]
    found, properties = glyphs(path)
    wanted = {code for first, last in RANGES for code in range(first, last + 1)} | set(map(ord, SIGNS))
    digits = (properties["WIDTH"] + 3) // 4
    words = [text(code, found[code], digits) for code in sorted(wanted & found.keys())]
    lines, line = [], ""
    for word in words:
        if line and len(line) + len(word) > 96:
            lines.append(line)
            line = ""
        line += (" " if line else "") + word
    lines.append(line)
    height = properties["FONT_ASCENT"] + properties["FONT_DESCENT"]
    print(f"// Written by Tests/Scripts/make-fonts.py from {path.split('/')[-1]} of X.Org's font-misc-misc, which is in the")
    print("// public domain.\n")
    print("extension Font {")
    print(f"  /// {len(words)} characters in cells of {properties['WIDTH']}×{height}: code, first row and rows with dots, in hexadecimal.")
    print(f'  static let {name}Glyphs = """')
    for line in lines:
        print("    " + line)
    print('    """')
    print("}")


main()
