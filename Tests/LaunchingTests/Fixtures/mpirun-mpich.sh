#!/bin/bash
# Trains configs/quickstart.yaml on 4 ranks.
# Paths are those of the folder that it is started from.

set -euo pipefail

export OMP_NUM_THREADS=1
export OPENBLAS_NUM_THREADS=1

launcher=(mpiexec.hydra -n 4 -ppn 2 -bind-to core -f 'my hosts')
program=(.build/release/swift-dist-train)
arguments=(train configs/quickstart.yaml --run-dir runs/quickstart)

exec "${launcher[@]}" "${program[@]}" "${arguments[@]}"
