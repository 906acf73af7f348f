// The register tile under every product: C[r][j] (+)= sum over s, k of A[s][k][r] B[s][k][j].
//
// C is a tile of up to kTileRows rows of one or two vectors and stays in registers; each step k costs one or two
// vector loads of B and one broadcast of A per row. Operands are addressed where they lie, by strides, so that one
// tile serves dense layers and convolutions alike without copying windows:
//
//     A at a + a_segment[s] + k a_step + r a_row          B at b + b_segment[s] + k b_step
//
// Either a_step is 1 (rows are pixels or samples, steps their channels: forward and input gradients) or a_row is 1
// (rows are channels, steps pixels or samples: weight gradients). A segment is a run in which both strides hold: a
// row of the kernel, or a row of pixels.
#pragma once

#include <utility>

#include "vector.h"

namespace minikeras {
namespace MINIKERAS_SET {

struct Tile {
    const float* a;
    Index a_row, a_step;
    const float* b;
    Index b_step;
    Index steps, segments;
    const Index* a_segment;
    const Index* b_segment;
    float* c;
    Index c_row;
    int columns;        // of the last vector
    const float* bias;  // added first when not null
    bool add;           // to what C holds
    bool relu;
    Index ahead;        // floats ahead of b to fetch, 0 for none
};

// Calls function(0) ... function(count - 1) with constants, so that arrays they index can live in registers.
template <class Function, int... kIndex>
MINIKERAS_INLINE void each_of(const Function& function, std::integer_sequence<int, kIndex...>) {
    (function(std::integral_constant<int, kIndex>()), ...);
}
template <int kCount, class Function>
MINIKERAS_INLINE void unrolled(const Function& function) {
    each_of(function, std::make_integer_sequence<int, kCount>());
}

template <int kRows, int kVectors, bool kPart, bool kRowsAdjacent>
struct TileSums {
    static constexpr int kBases = kRowsAdjacent ? 1 : (kRows + 2) / 3;  // three rows are in reach of one address

    Vector sums[kRows][kVectors];
    const float* a[kBases];
    const float* b;

    MINIKERAS_INLINE static Vector read(const Tile& t, const float* p, int v) {
        return kPart && v == kVectors - 1 ? load(p + v * kWidth, t.columns) : load(p + v * kWidth);
    }

    template <int kStep>
    MINIKERAS_INLINE void step(const Tile& t, Index a_row, Index a_step, Index b_step) {
        Vector y[kVectors];
        unrolled<kVectors>([&](auto v) { y[v] = read(t, b, v); });
        b += b_step;
        unrolled<kRows>([&](auto r) {
            const Vector x =
                broadcast(kRowsAdjacent ? a[0][r + kStep * a_step] : a[r / 3 % kBases][(r % 3) * a_row + kStep]);
            unrolled<kVectors>([&](auto v) { sums[r][v] = fma(x, y[v], sums[r][v]); });
        });
    }

    MINIKERAS_INLINE void advance(Index by) {
        unrolled<kBases>([&](auto i) { a[i] += by; });
    }
};

template <int kRows, int kVectors, bool kPart, bool kRowsAdjacent>
void multiply_tile(const Tile& t) {
    using Sums = TileSums<kRows, kVectors, kPart, kRowsAdjacent>;
    Sums c;
    unrolled<kVectors>([&](auto v) {
        const Vector first = t.bias ? Sums::read(t, t.bias, v) : zero();
        unrolled<kRows>([&](auto r) { c.sums[r][v] = first; });
    });
    const Index a_row = kRowsAdjacent ? 1 : t.a_row, a_step = kRowsAdjacent ? t.a_step : 1, b_step = t.b_step;
    for (Index s = 0; s < t.segments; ++s) {
        unrolled<Sums::kBases>([&](auto i) { c.a[i] = t.a + t.a_segment[s] + 3 * i * a_row; });
        c.b = t.b + t.b_segment[s];
        Index k = t.steps;
        for (; k >= 4; k -= 4) {
            if (t.ahead) {
                for (int i = 0; i < 4; ++i) {
                    for (int v = 0; v < kVectors; ++v) prefetch(c.b + i * b_step + t.ahead + v * kWidth);
                }
            }
            c.template step<0>(t, a_row, a_step, b_step);
            c.template step<1>(t, a_row, a_step, b_step);
            c.template step<2>(t, a_row, a_step, b_step);
            c.template step<3>(t, a_row, a_step, b_step);
            c.advance(4 * a_step);
        }
        for (; k > 0; --k) {
            c.template step<0>(t, a_row, a_step, b_step);
            c.advance(a_step);
        }
    }
    unrolled<kRows>([&](auto r) {
        float* to = t.c + r * t.c_row;
        unrolled<kVectors>([&](auto v) {
            Vector y = c.sums[r][v];
            if (t.add) y = y + Sums::read(t, to, v);
            if (t.relu) y = largest(zero(), y);  // NaN stays NaN
            if (kPart && v == kVectors - 1) store(to + v * kWidth, y, t.columns);
            else store(to + v * kWidth, y);
        });
    });
}

template <class Operands>
using TileFunctionOf = void (*)(const Operands&);
using TileFunction = TileFunctionOf<Tile>;

template <int kVectors, bool kPart, bool kRowsAdjacent, int... kRows>
struct TileTable {
    static constexpr TileFunction functions[] = {multiply_tile<kRows, kVectors, kPart, kRowsAdjacent>...};
};
#if defined(MINIKERAS_FEW_TILES)
#define MINIKERAS_TILES_1 1, 2, 3, 4
#define MINIKERAS_TILES_2 1, 2, 3
#elif defined(MINIKERAS_AVX512)
#define MINIKERAS_TILES_1 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
#define MINIKERAS_TILES_2 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
#else
#define MINIKERAS_TILES_1 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
#define MINIKERAS_TILES_2 1, 2, 3, 4, 5, 6
#endif

inline TileFunction tile_function(int rows, int vectors, bool part, bool rows_adjacent) {
    if (vectors == 1) {
        if (rows_adjacent) {
            return part ? TileTable<1, true, true, MINIKERAS_TILES_1>::functions[rows - 1]
                        : TileTable<1, false, true, MINIKERAS_TILES_1>::functions[rows - 1];
        }
        return part ? TileTable<1, true, false, MINIKERAS_TILES_1>::functions[rows - 1]
                    : TileTable<1, false, false, MINIKERAS_TILES_1>::functions[rows - 1];
    }
    if (rows_adjacent) {
        return part ? TileTable<2, true, true, MINIKERAS_TILES_2>::functions[rows - 1]
                    : TileTable<2, false, true, MINIKERAS_TILES_2>::functions[rows - 1];
    }
    return part ? TileTable<2, true, false, MINIKERAS_TILES_2>::functions[rows - 1]
                : TileTable<2, false, false, MINIKERAS_TILES_2>::functions[rows - 1];
}

inline Index smaller(Index a, Index b) { return a < b ? a : b; }
inline Index larger(Index a, Index b) { return a > b ? a : b; }
inline Index divided_up(Index a, Index b) { return (a + b - 1) / b; }

constexpr Index kPanel = 2 * kWidth;  // the columns of a panel of B

// Rows `from` to `to` of C times one panel of at most kPanel columns, in tiles of balanced height.
// t.a and t.c stand at row 0; `columns` counts what is real of the panel. t is borrowed, not copied: a small
// convolution calls this for every row of pixels, and copying a struct just written would stall.
inline void multiply_rows(Tile& t, Index from, Index to, Index columns) {
    const int vectors = columns > kWidth ? 2 : 1;
    t.columns = static_cast<int>(columns - (vectors - 1) * kWidth);
    const bool part = t.columns < kWidth, adjacent = t.a_row == 1 && t.a_step != 1;
    const float* const a = t.a;
    float* const c = t.c;
    Index rest = to - from;
    Index tiles = rest <= kTileRows[vectors - 1] ? 1 : divided_up(rest, kTileRows[vectors - 1]);
    for (Index start = from; rest > 0; --tiles) {
        const Index rows = tiles == 1 ? rest : divided_up(rest, tiles);
        t.a = a + start * t.a_row;
        t.c = c + start * t.c_row;
        tile_function(static_cast<int>(rows), vectors, part, adjacent)(t);
        start += rows;
        rest -= rows;
    }
    t.a = a;
    t.c = c;
}

// y = dz: dy where the activation's output lets it pass. `kind` as in kernels.h; y may be null for none.
MINIKERAS_INLINE Vector before_activation(Vector dy, Vector y, int kind) {
    const Vector one = broadcast(1.0f);
    if (kind == 1) return select(greater(y, zero()), dy, zero());
    if (kind == 2) return dy * (y * (one - y));
    if (kind == 3) return dy * (one - y * y);
    return dy;
}

template <class V>
MINIKERAS_INLINE V activated(V x, int kind) {
    if (kind == 1) return largest(constant(x, 0.0f), x);
    if (kind == 2) return sigmoid(x);
    if (kind == 3) return tanh(x);
    return x;
}

// Calls function(p, count) for every vector of a run, the last one possibly in part.
template <class Function>
inline void for_each_vector(Index count, const Function& function) {
    Index i = 0;
    for (; i + kWidth <= count; i += kWidth) function(i, kWidth);
    if (i < count) function(i, static_cast<int>(count - i));
}
MINIKERAS_INLINE Vector load_some(const float* p, int count) { return count == kWidth ? load(p) : load(p, count); }
MINIKERAS_INLINE void store_some(float* p, Vector a, int count) {
    if (count == kWidth) store(p, a);
    else store(p, a, count);
}

// The same for four vectors at a time, where there are so many, and single ones for the rest. `Lane` is one vector's
// or four vectors' access to memory: function(i, lane) reads with lane.load(p) and writes with lane.store(p, a).
struct OneLane {
    int count;
    Vector load(const float* p) const { return load_some(p, count); }
    void store(float* p, Vector a) const { store_some(p, a, count); }
};
struct FourLanes {
    using Four = Several<4>;
    MINIKERAS_INLINE Four load(const float* p) const {
        return each_vector<4>([&](int i) { return MINIKERAS_SET::load(p + i * kWidth); });
    }
    MINIKERAS_INLINE void store(float* p, const Four& a) const {
        for (int i = 0; i < 4; ++i) MINIKERAS_SET::store(p + i * kWidth, a.v[i]);
    }
};
template <class Function>
inline void for_each_four(Index count, const Function& function) {
    Index i = 0;
    for (; i + 4 * kWidth <= count; i += 4 * kWidth) function(i, FourLanes{});
    for_each_vector(count - i, [&](Index j, int some) { function(i + j, OneLane{some}); });
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
