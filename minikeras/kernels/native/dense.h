// The dense product y = activation(x w + b) and its gradients, over x (rows, k), w (k, n):
//
//     dx = dz w^T      dw = x^T dz      db = sum of dz over the rows      dz = dy * activation'(y)
//
// A chunk of work is a panel of 32 (16, 8) columns of the result and a block of its rows, so that every chunk reads
// its columns of w once from cache and writes its own part of the result: no sums over chunks, no order to keep.
// x and w are read where they lie; only the input gradient, whose columns are rows of w, packs a transposed panel.
// When the rows of A are many and far apart, or the product is long, blocks of A and B are packed (see gemm.h).
#pragma once

#include "gemm.h"

namespace minikeras {
namespace MINIKERAS_SET {

inline void activate_in_place(float* y, Index count, int activation) {
    for_each_four(count, [&](Index i, auto lane) { lane.store(y + i, activated(lane.load(y + i), activation)); });
}

inline void dense(const DenseShape& s, const float* x, const float* w, const float* b, float* y) {
    multiply({s.rows, s.outputs, s.inputs, x, s.inputs, 1, w, s.outputs, false, b, s.activation == kRelu, y});
    if (s.activation > kRelu) {
        const Index count = s.rows * s.outputs, chunk = 8192;
        parallel_for(divided_up(count, chunk), [&](Index i) {
            activate_in_place(y + i * chunk, smaller(chunk, count - i * chunk), s.activation);
        });
    }
}

// Adds up the rows of a matrix: blocks of rows first, then the blocks in order. Narrow rows are taken several at a
// time as one long row, which is folded at the end.
inline void sum_rows(const float* z, Index rows, Index columns, float* sums) {
    constexpr Index kBlock = 1 << 14, kLong = 4 * kWidth;
    Index fold = 1;
    while (fold * columns < kLong && rows % (2 * fold) == 0) fold *= 2;
    rows /= fold;
    columns *= fold;
    const Index block_rows = larger(8, kBlock / columns), blocks = divided_up(rows, block_rows);
    float* partial = scratch(kPartialSums, static_cast<std::size_t>(blocks * columns));
    parallel_for(blocks, [&](Index block) {
        const Index from = block * block_rows, to = smaller(rows, from + block_rows);
        for_each_vector(columns, [&](Index j, int some) {
            Vector total[2] = {zero(), zero()};
            const float* p = z + j;
            Index r = from;
            for (; r + 2 <= to; r += 2) {
                total[0] = total[0] + load_some(p + r * columns, some);
                total[1] = total[1] + load_some(p + (r + 1) * columns, some);
            }
            if (r < to) total[0] = total[0] + load_some(p + r * columns, some);
            store_some(partial + block * columns + j, total[0] + total[1], some);
        });
    });
    for (Index block = 1; block < blocks; ++block) {
        for_each_vector(columns, [&](Index j, int some) {
            store_some(partial + j, load_some(partial + j, some) + load_some(partial + block * columns + j, some), some);
        });
    }
    const Index width = columns / fold;
    for (Index j = 0; j < width; ++j) {
        float total = 0;
        for (Index i = 0; i < fold; ++i) total += partial[i * width + j];
        sums[j] = total;
    }
}

// dz: dy itself, or a copy where an activation's output lets it pass.
inline const float* before_activation_of(Index count, const float* dy, const float* y, int activation) {
    if (activation == kLinear) return dy;
    constexpr Index kChunk = 16384;
    float* target = scratch(kPaddedGradient, static_cast<std::size_t>(count));
    parallel_for(divided_up(count, kChunk), [&](Index i) {
        const Index from = i * kChunk;
        for_each_vector(smaller(kChunk, count - from), [&](Index j, int some) {
            const Vector z = before_activation(load_some(dy + from + j, some), load_some(y + from + j, some), activation);
            store_some(target + from + j, z, some);
        });
    });
    return target;
}

inline void dense_gradient(const DenseShape& s, const float* dy, const float* x, const float* w, const float* y,
                           float* dx, float* dw, float* db) {
    const float* dz = before_activation_of(s.rows * s.outputs, dy, y, s.activation);
    if (dw) multiply({s.inputs, s.outputs, s.rows, x, 1, s.inputs, dz, s.outputs, false, nullptr, false, dw});
    if (db) sum_rows(dz, s.rows, s.outputs, db);
    if (dx) multiply({s.rows, s.inputs, s.outputs, dz, s.outputs, 1, w, s.outputs, true, nullptr, false, dx});
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
