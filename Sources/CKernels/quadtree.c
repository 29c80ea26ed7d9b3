#include "include/quadtree.h"

#include <stdlib.h>
#include <string.h>

#include "dispatch.h"

enum { LANES = SDT_QUADTREE_GROUP, LEAF = 6, BITS = 32 };
typedef double lanes __attribute__((vector_size(8 * SDT_QUADTREE_GROUP)));

// Nodes lie in the order of a walk that goes to the children first; `next` is where it goes on when it
// leaves them out.
typedef struct {
  double x, y, mass;    // center of the points, and their number
  double squared_side;  // of the cell
  uint32_t begin, end;  // points, in the order of the curve
  uint32_t next, leaf;
} node;

struct sdt_quadtree {
  size_t points, nodes;
  double side;
  uint64_t *codes, *other_codes;
  uint32_t *order, *other_order;
  double *x, *y;  // in the order of the curve
  node *node;
};

sdt_quadtree *sdt_quadtree_create(size_t points) {
  sdt_quadtree *tree = calloc(1, sizeof *tree);
  if (!tree) return NULL;
  tree->points = points;
  // A cell has at least two children with points, so there are fewer cells inside than leaves.
  tree->node = malloc((2 * points + 1) * sizeof *tree->node);
  tree->codes = malloc((points + 1) * sizeof *tree->codes);
  tree->other_codes = malloc((points + 1) * sizeof *tree->codes);
  tree->order = malloc((points + 1) * sizeof *tree->order);
  tree->other_order = malloc((points + 1) * sizeof *tree->order);
  tree->x = malloc((points + 1) * sizeof *tree->x);
  tree->y = malloc((points + 1) * sizeof *tree->y);
  if (tree->node && tree->codes && tree->other_codes && tree->order && tree->other_order &&
      tree->x && tree->y)
    return tree;
  sdt_quadtree_free(tree);
  return NULL;
}

void sdt_quadtree_free(sdt_quadtree *tree) {
  free(tree->node);
  free(tree->codes);
  free(tree->other_codes);
  free(tree->order);
  free(tree->other_order);
  free(tree->x);
  free(tree->y);
  free(tree);
}

const uint32_t *sdt_quadtree_order(const sdt_quadtree *tree) { return tree->order; }

// The bits of a number at even places.
static uint64_t spread(uint64_t a) {
  a = (a | a << 16) & 0x0000FFFF0000FFFFu;
  a = (a | a << 8) & 0x00FF00FF00FF00FFu;
  a = (a | a << 4) & 0x0F0F0F0F0F0F0F0Fu;
  a = (a | a << 2) & 0x3333333333333333u;
  return (a | a << 1) & 0x5555555555555555u;
}

static uint64_t place(double value, double low, double scale) {
  double a = (value - low) * scale;
  return a >= 4294967295.0 ? 4294967295u : a > 0 ? (uint64_t)a : 0;
}

static void make_codes(sdt_quadtree *tree, const double *y) {
  double low[2] = {y[0], y[1]}, high[2] = {y[0], y[1]};
  for (size_t i = 0; i < tree->points; i++)
    for (int axis = 0; axis < 2; axis++) {
      double a = y[2 * i + axis];
      if (a < low[axis]) low[axis] = a;
      if (a > high[axis]) high[axis] = a;
    }
  double width = high[0] - low[0], height = high[1] - low[1];
  tree->side = width > height ? width : height;
  double scale = tree->side > 0 ? 4294967296.0 / tree->side : 0;
  for (size_t i = 0; i < tree->points; i++) {
    tree->codes[i] = spread(place(y[2 * i], low[0], scale)) |
                     spread(place(y[2 * i + 1], low[1], scale)) << 1;
    tree->order[i] = (uint32_t)i;
  }
}

// Radix sort, 8 bits at a time; stable, so equal codes stay in the order of their numbers.
static void sort(sdt_quadtree *tree) {
  for (int shift = 0; shift < 2 * BITS; shift += 8) {
    size_t start[257] = {0};
    for (size_t i = 0; i < tree->points; i++) start[(tree->codes[i] >> shift & 255) + 1]++;
    for (int digit = 0; digit < 256; digit++) start[digit + 1] += start[digit];
    for (size_t i = 0; i < tree->points; i++) {
      size_t to = start[tree->codes[i] >> shift & 255]++;
      tree->other_codes[to] = tree->codes[i];
      tree->other_order[to] = tree->order[i];
    }
    uint64_t *codes = tree->codes;
    tree->codes = tree->other_codes;
    tree->other_codes = codes;
    uint32_t *order = tree->order;
    tree->order = tree->other_order;
    tree->other_order = order;
  }
}

// The first point of [begin, end) whose two bits at `shift` are above `digit`.
static uint32_t boundary(const sdt_quadtree *tree, uint32_t begin, uint32_t end, int shift,
                         uint64_t digit) {
  while (begin < end) {
    uint32_t middle = begin + (end - begin) / 2;
    if ((tree->codes[middle] >> shift & 3) <= digit)
      begin = middle + 1;
    else
      end = middle;
  }
  return begin;
}

static uint32_t build(sdt_quadtree *tree, uint32_t begin, uint32_t end) {
  uint32_t own = (uint32_t)tree->nodes++;
  uint64_t differing = tree->codes[begin] ^ tree->codes[end - 1];
  // The smallest cell that holds all of the points.
  int level = differing ? __builtin_clzll(differing) / 2 : BITS;
  double side = tree->side / (double)((uint64_t)1 << level), x = 0, y = 0;
  int leaf = end - begin <= LEAF || level == BITS;
  if (leaf) {
    for (uint32_t i = begin; i < end; i++) {
      x += tree->x[i];
      y += tree->y[i];
    }
  } else {
    int shift = 2 * (BITS - 1 - level);
    uint32_t from = begin;
    for (uint64_t digit = 0; digit < 4; digit++) {
      uint32_t to = digit == 3 ? end : boundary(tree, from, end, shift, digit);
      if (to == from) continue;
      uint32_t child = build(tree, from, to);
      x += tree->node[child].x * tree->node[child].mass;
      y += tree->node[child].y * tree->node[child].mass;
      from = to;
    }
  }
  double mass = end - begin;
  tree->node[own] = (node){.x = x / mass, .y = y / mass, .mass = mass, .squared_side = side * side,
                           .begin = begin, .end = end, .next = (uint32_t)tree->nodes, .leaf = leaf};
  return own;
}

void sdt_quadtree_build(sdt_quadtree *tree, const double *y) {
  tree->nodes = 0;
  if (tree->points == 0) return;
  make_codes(tree, y);
  sort(tree);
  for (size_t i = 0; i < tree->points; i++) {
    tree->x[i] = y[2 * (size_t)tree->order[i]];
    tree->y[i] = y[2 * (size_t)tree->order[i] + 1];
  }
  build(tree, 0, (uint32_t)tree->points);
}

typedef struct {
  lanes x, y, fx, fy, sum;
} group;

SDT_INLINE void meet(group *g, double x, double y, double mass) {
  lanes dx = g->x - x, dy = g->y - y;
  lanes w = 1 / (dx * dx + dy * dy + 1), m = mass * w;
  g->sum += m;
  m *= w;
  g->fx += m * dx;
  g->fy += m * dy;
}

SDT_INLINE double outside(double value, double low, double high) {
  double below = low - value, above = value - high;
  double most = below > above ? below : above;
  return most > 0 ? most : 0;
}

SDT_DISPATCH
void sdt_quadtree_repel(const sdt_quadtree *tree, double theta, size_t first, size_t last,
                        double *out) {
  double squared_theta = theta * theta;
  for (size_t number = first; number < last; number++) {
    size_t begin = number * LANES, end = begin + LANES;
    if (end > tree->points) end = tree->points;
    group g = {{0}};
    double low_x = tree->x[begin], high_x = low_x, low_y = tree->y[begin], high_y = low_y;
    for (size_t l = 0; l < LANES; l++) {
      size_t i = begin + l < end ? begin + l : begin;
      double x = tree->x[i], y = tree->y[i];
      g.x[l] = x;
      g.y[l] = y;
      low_x = x < low_x ? x : low_x;
      high_x = x > high_x ? x : high_x;
      low_y = y < low_y ? y : low_y;
      high_y = y > high_y ? y : high_y;
    }
    for (size_t place = 0; place < tree->nodes;) {
      const node *n = &tree->node[place];
      double dx = outside(n->x, low_x, high_x), dy = outside(n->y, low_y, high_y);
      int shares_points = n->begin < end && begin < n->end;
      if (!shares_points && n->squared_side < squared_theta * (dx * dx + dy * dy)) {
        meet(&g, n->x, n->y, n->mass);
        place = n->next;
      } else if (n->leaf) {
        for (uint32_t i = n->begin; i < n->end; i++) meet(&g, tree->x[i], tree->y[i], 1);
        place = n->next;
      } else {
        place++;
      }
    }
    for (size_t l = 0; begin + l < end; l++) {
      double *row = out + 3 * (begin + l - first * LANES);
      row[0] = g.fx[l];
      row[1] = g.fy[l];
      // The point met itself, with weight 1.
      row[2] = g.sum[l] - 1;
    }
  }
}
