"""Prints the hash of the numbers in HashTests.swift, computed one word at a time in whole numbers of Python."""

import struct

WORD = (1 << 64) - 1
KEYS = [
    0x6A09E667F3BCC909, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
    0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
]


def mix(x):
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & WORD
    x = (x ^ x >> 27) * 0x94D049BB133111EB & WORD
    return x ^ x >> 31


def hashed(data):
    padded = data + bytes(-len(data) % 64)
    words = struct.unpack(f"<{len(padded) // 8}Q", padded)
    result = mix(len(data) + KEYS[0] & WORD)
    for lane in range(8):
        product = turned = 0
        for stripe, word in enumerate(words[lane::8]):
            mixed = word ^ (KEYS[lane] + stripe * 0x9E3779B97F4A7C15 & WORD)
            product = product + (mixed & 0xFFFFFFFF) * (mixed >> 32) & WORD
            turned = (turned << 1 & WORD | turned >> 63) + word & WORD
        result = mix(result + product + KEYS[lane] & WORD)
        result = mix(result ^ turned)
    return result


def single(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def number(i):
    whole = (i * 2654435761 & 0xFFFFFFFF) >> 8
    return single(single(whole * single(1e-6)) - 8)


print(hex(hashed(struct.pack("<1000f", *map(number, range(1000))))))
