// Sums of products along runs of memory, for correlations with very few filters: C[p][f] = sum over s, k of
// A[s][p + k] B[f][s][k].
//
// With one to four columns the register tile of tile.h would leave its lanes empty. Here a vector holds neighbouring
// steps of a run, a tile all filters of a few pixels, and its lanes are added up once, at the end: for windows of many
// channels that costs little. Both operands are read along their runs, so nothing is turned or broadcast.
#pragma once

#include "tile.h"

namespace minikeras {
namespace MINIKERAS_SET {

constexpr int kMostDotFilters = 4;
#if defined(MINIKERAS_AVX512) && !defined(MINIKERAS_FEW_TILES)
constexpr int kDotPixels[kMostDotFilters] = {8, 8, 8, 6};
#else
constexpr int kDotPixels[kMostDotFilters] = {6, 4, 3, 2};
#endif

// Whether the runs fill vectors and are long enough to pay for adding up the lanes.
inline bool prefers_dots(Index filters, Index runs, Index steps) {
    const Index vectors = divided_up(steps, kWidth);
    return filters <= kMostDotFilters && 3 * steps >= 2 * vectors * kWidth && runs * vectors >= 6;
}

struct DotTile {
    const float* a;
    Index a_row;  // from pixel to pixel
    const float* b;
    Index b_filter, b_run;  // from filter to filter, from run to run
    Index steps, segments;
    const Index* a_segment;
    float* c;
    Index c_row;
    const float* bias;
    bool relu;
};

template <int kPixels, int kFilters>
struct DotSums {
    Vector sums[kPixels][kFilters];

    // Adds the products of one vector of steps, all of it or its first lanes.
    template <bool kPart>
    MINIKERAS_INLINE void step(const DotTile& t, const float* a, const float* b, int some) {
        Vector w[kFilters];
        unrolled<kFilters>([&](auto f) { w[f] = load(b + f * t.b_filter); });
        unrolled<kPixels>([&](auto p) {
            const Vector x = kPart ? load(a + p * t.a_row, some) : load(a + p * t.a_row);
            unrolled<kFilters>([&](auto f) { sums[p][f] = fma(x, w[f], sums[p][f]); });
        });
    }
};

template <int kPixels, int kFilters>
void dot_tile(const DotTile& t, Index first) {
    DotSums<kPixels, kFilters> c;
    unrolled<kPixels>([&](auto p) { unrolled<kFilters>([&](auto f) { c.sums[p][f] = zero(); }); });
    for (Index s = 0; s < t.segments; ++s) {
        const float *a = t.a + t.a_segment[s] + first * t.a_row, *b = t.b + s * t.b_run;
        Index k = 0;
        for (; k + kWidth <= t.steps; k += kWidth) c.template step<false>(t, a + k, b + k, kWidth);
        if (k < t.steps) c.template step<true>(t, a + k, b + k, static_cast<int>(t.steps - k));
    }
    unrolled<kPixels>([&](auto p) {
        unrolled<kFilters>([&](auto f) {
            const float y = sum(c.sums[p][f]) + (t.bias ? t.bias[f] : 0.0f);
            t.c[(first + p) * t.c_row + f] = t.relu && !(y > 0) && y == y ? 0.0f : y;  // NaN stays NaN
        });
    });
}

template <int kFilters>
void multiply_dots_of(const DotTile& t, Index pixels) {
    constexpr int kPixels = kDotPixels[kFilters - 1];
    Index first = 0;
    for (; first + kPixels <= pixels; first += kPixels) dot_tile<kPixels, kFilters>(t, first);
    for (; first + 2 <= pixels; first += 2) dot_tile<2, kFilters>(t, first);
    if (first < pixels) dot_tile<1, kFilters>(t, first);
}

inline void multiply_dots(const DotTile& t, Index pixels, int filters) {
    if (filters == 1) multiply_dots_of<1>(t, pixels);
    else if (filters == 2) multiply_dots_of<2>(t, pixels);
    else if (filters == 3) multiply_dots_of<3>(t, pixels);
    else multiply_dots_of<4>(t, pixels);
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
