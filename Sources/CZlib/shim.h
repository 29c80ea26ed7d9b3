// zlib: gzip files (IDX.gz) and the deflated members of .npz archives.
#pragma once
#include <zlib.h>
