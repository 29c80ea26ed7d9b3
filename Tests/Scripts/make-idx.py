"""Writes four small IDX files, gzip, as those of MNIST into argv[1]: 20 training and 10 test images; and
the checksums of their content to standard output, under the dataset's name argv[2]."""

import gzip
import hashlib
import pathlib
import struct
import sys

folder, dataset = pathlib.Path(sys.argv[1]), sys.argv[2]
folder.mkdir(parents=True)
for part, count in (("train", 20), ("t10k", 10)):
    pixels = bytes((7 * i + i // 784) % 256 for i in range(count * 28 * 28))
    labels = bytes(i % 10 for i in range(count))
    for name, content in (
        (f"{part}-images-idx3-ubyte", struct.pack(">4i", 0x803, count, 28, 28) + pixels),
        (f"{part}-labels-idx1-ubyte", struct.pack(">2i", 0x801, count) + labels),
    ):
        (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        print(f"{hashlib.sha256(content).hexdigest()}  {dataset}/{name}")
