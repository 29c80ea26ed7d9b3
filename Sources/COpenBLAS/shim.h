// OpenBLAS: CBLAS, the calls that tell and set how it runs, and one routine of LAPACK, whose header
// not every distribution of OpenBLAS has.
#pragma once
#include <cblas.h>
#include <stddef.h>

// Eigenvalues, rising, and eigenvectors of a symmetric matrix, by divide and conquer. Matrices are
// column-major; the lengths of the two texts stand last, as Fortran has it.
void dsyevd_(const char *jobz, const char *uplo, const blasint *n, double *a, const blasint *lda,
             double *w, double *work, const blasint *lwork, blasint *iwork, const blasint *liwork,
             blasint *info, size_t jobz_length, size_t uplo_length);
