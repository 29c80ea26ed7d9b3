// OpenBLAS: CBLAS, and the calls that tell and set how it runs.
#pragma once
#include <cblas.h>
