// A quadtree over points in the plane, and the repulsion of t-SNE by it.
// Barnes, Hut: A hierarchical O(N log N) force-calculation algorithm (Nature 324, 1986);
// van der Maaten: Accelerating t-SNE using tree-based algorithms (JMLR 15, 2014).
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Points that are traversed together: neighbours on the curve.
#define SDT_QUADTREE_GROUP 8

typedef struct sdt_quadtree sdt_quadtree;

/// Room for a number of points, to be used for many trees; null without memory.
sdt_quadtree *sdt_quadtree_create(size_t points);
void sdt_quadtree_free(sdt_quadtree *tree);

/// Builds the tree over y[points, 2]: a function of the points alone, whoever builds it.
void sdt_quadtree_build(sdt_quadtree *tree, const double *y);

/// The points' numbers in the order of the curve (Morton, 1966); of equal places the smaller first.
const uint32_t *sdt_quadtree_order(const sdt_quadtree *tree);

/// The repulsion on the points of the groups [first, last), each SDT_QUADTREE_GROUP points of the
/// order: out[points, 3] = the sum over all others of w^2 (y_i - y_j), and of w, with
/// w = 1 / (1 + |y_i - y_j|^2). A cell whose side is less than theta times its distance from every
/// point of the group stands for all of its points; theta 0 takes none.
void sdt_quadtree_repel(const sdt_quadtree *tree, double theta, size_t first, size_t last,
                        double *out);
