// Matrix product C (rows, columns) = A B (+ bias), with A and B addressed by strides.
//
// Small products read both operands in place: a chunk is a panel of columns and a block of rows, or, where A's rows are
// adjacent (weight gradients: few steps, a large result), rows alone, so that the result is written in long runs. B
// that is larger than the caches is fetched ahead. Large products (both the rows of A and the panels of B are used often)
// are cut into blocks of kDepth steps: a block of B is packed into panels that stay in the second-level cache, a
// tile's rows of A into a run that stays in the first-level cache, free of the conflicts that rows a power of two
// apart would have there. The order of summation depends on the shape alone.
#pragma once

#include "kernels.h"
#include "pool.h"
#include "transpose.h"

namespace minikeras {
namespace MINIKERAS_SET {

struct Product {
    Index rows, columns, depth;
    const float* a;
    Index a_row, a_step;  // one of them is 1
    const float* b;
    Index b_stride;     // between rows of B, or between columns when transposed
    bool b_transposed;  // B[k][j] at b + j b_stride + k
    const float* bias;
    bool relu;
    float* c;
};

constexpr Index kSmallWork = 1 << 18;  // multiplications; below this another thread does not pay
constexpr Index kDepth = 384;
constexpr Index kZeroOffset[1] = {0};

inline void multiply_direct(const Product& p) {
    const Index panels = divided_up(p.columns, kPanel);
    const Index work = p.rows * p.columns * p.depth;
    // Blocks of rows: enough chunks to balance, few enough to share a panel of B.
    const Index most = p.a_row == 1 ? 64 : 64 / panels;
    const Index blocks = work < kSmallWork ? 1 : larger(1, smaller(divided_up(p.rows, 4 * kTileRows[1]), most));
    float* packed = nullptr;
    if (p.b_transposed) {
        packed = scratch(kPackedWeights, static_cast<std::size_t>(panels * kPanel * p.depth));
        const auto pack = [&](Index panel) {
            const Index from = panel * kPanel;
            pack_transposed(p.b + from * p.b_stride, p.b_stride, smaller(kPanel, p.columns - from), p.depth,
                            packed + from * p.depth);
        };
        if (work < kSmallWork) {
            for (Index panel = 0; panel < panels; ++panel) pack(panel);
        } else {
            parallel_for(panels, pack);
        }
    }
    const bool by_rows = p.a_row == 1 && blocks >= 8;
    const bool large = !packed && p.depth * p.columns > (Index{1} << 17);
    const auto run_panel = [&](Index panel, Index block) {
        const Index from = panel * kPanel;
        Tile t{};
        t.ahead = large ? 12 * p.b_stride : 0;
        t.a = p.a;
        t.a_row = p.a_row;
        t.a_step = p.a_step;
        t.b = packed ? packed + from * p.depth : p.b + from;
        t.b_step = packed ? kPanel : p.b_stride;
        t.steps = p.depth;
        t.segments = 1;
        t.a_segment = t.b_segment = kZeroOffset;
        t.c = p.c + from;
        t.c_row = p.columns;
        t.bias = p.bias ? p.bias + from : nullptr;
        t.relu = p.relu;
        multiply_rows(t, p.rows * block / blocks, p.rows * (block + 1) / blocks, smaller(kPanel, p.columns - from));
    };
    const auto run = [&](Index chunk) {
        if (!by_rows) return run_panel(chunk / blocks, chunk % blocks);
        for (Index panel = 0; panel < panels; ++panel) run_panel(panel, chunk);
    };
    const Index chunks = by_rows ? blocks : panels * blocks;
    if (work < kSmallWork) {
        for (Index chunk = 0; chunk < chunks; ++chunk) run(chunk);
    } else {
        parallel_for(chunks, run);
    }
}

// Copies rows `from` to `to` and steps `start` to `end` of A into runs of steps: tile[r][k].
inline void pack_rows(const Product& p, Index from, Index to, Index start, Index end, float* tile) {
    const Index depth = end - start;
    if (p.a_step == 1) {
        for (Index r = from; r < to; ++r) {
            std::memcpy(tile + (r - from) * kDepth, p.a + r * p.a_row + start,
                        static_cast<std::size_t>(depth) * sizeof(float));
        }
        return;
    }
    for (Index k = 0; k < depth; ++k) {
        for (Index r = from; r < to; ++r) tile[(r - from) * kDepth + k] = p.a[r + (start + k) * p.a_step];
    }
}

inline void multiply_blocked(const Product& p) {
    const Index panels = divided_up(p.columns, kPanel), tile_rows = kTileRows[1];
    constexpr Index kTilesPerChunk = 4;
    const Index tiles = divided_up(p.rows, tile_rows), chunks = divided_up(tiles, kTilesPerChunk);
    float* packed = scratch(kPackedWeights, static_cast<std::size_t>(panels * kPanel * kDepth));
    for (Index start = 0; start < p.depth; start += kDepth) {
        const Index end = smaller(p.depth, start + kDepth), depth = end - start;
        parallel_for(panels, [&](Index panel) {
            const Index from = panel * kPanel, columns = smaller(kPanel, p.columns - from);
            float* target = packed + from * kDepth;
            if (p.b_transposed) {
                pack_transposed(p.b + from * p.b_stride + start, p.b_stride, columns, depth, target);
                return;
            }
            for (Index k = 0; k < depth; ++k) {
                const float* source = p.b + (start + k) * p.b_stride + from;
                for (Index j = 0; j < columns; ++j) target[k * kPanel + j] = source[j];
                for (Index j = columns; j < kPanel; ++j) target[k * kPanel + j] = 0.0f;
            }
        });
        parallel_for(chunks, [&](Index chunk) {
            alignas(64) float tile[kTileRows[1] * kDepth];
            for (Index i = chunk * kTilesPerChunk; i < smaller(tiles, (chunk + 1) * kTilesPerChunk); ++i) {
                const Index from = p.rows * i / tiles, to = p.rows * (i + 1) / tiles;
                pack_rows(p, from, to, start, end, tile);
                Tile t{};
                t.a = tile;
                t.a_row = kDepth;
                t.a_step = 1;
                t.b_step = kPanel;
                t.steps = depth;
                t.segments = 1;
                t.a_segment = t.b_segment = kZeroOffset;
                t.c_row = p.columns;
                t.add = start > 0;
                t.relu = p.relu && end == p.depth;
                for (Index panel = 0; panel < panels; ++panel) {
                    t.b = packed + panel * kPanel * kDepth;
                    t.c = p.c + from * p.columns + panel * kPanel;
                    t.bias = p.bias && start == 0 ? p.bias + panel * kPanel : nullptr;
                    multiply_rows(t, 0, to - from, smaller(kPanel, p.columns - panel * kPanel));
                }
            }
        });
    }
}

inline void multiply(const Product& p) {
    const bool large = p.rows >= 6 * kTileRows[1] && p.columns >= 2 * kPanel && p.depth >= 64;
    if (large) multiply_blocked(p);
    else multiply_direct(p);
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
