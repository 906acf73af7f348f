// Batch and layer normalization and their gradients; the formulas are in `reference/normalization.py`.
//
// Batch normalization sums over the rows of (rows, c): blocks of rows in parallel, the blocks in order, and the variance
// from centred values in a second pass, so that a large mean costs no digits. Layer normalization works row by row.
#pragma once

#include "dense.h"
#include "softmax.h"

namespace minikeras {
namespace MINIKERAS_SET {

constexpr Index kNormBlock = 256;  // rows

// sums[j] = sum over rows of terms(row, column, count), for one or two sums at a time: (kSums, c).
template <int kSums, class Terms>
void sum_columns(Index rows, Index columns, const Terms& terms, float* sums) {
    const Index blocks = divided_up(rows, kNormBlock);
    float* partial = scratch(kPartialSums, static_cast<std::size_t>(blocks * columns * kSums));
    parallel_for(blocks, [&](Index block) {
        for_each_vector(columns, [&](Index j, int some) {
            Vector total[kSums];
            for (Vector& t : total) t = zero();
            for (Index row = block * kNormBlock; row < smaller(rows, (block + 1) * kNormBlock); ++row) {
                terms(row * columns + j, j, some, total);
            }
            for (int i = 0; i < kSums; ++i) store_some(partial + (block * kSums + i) * columns + j, total[i], some);
        });
    });
    for_each_vector(kSums * columns, [&](Index j, int some) {
        Vector total = zero();
        for (Index block = 0; block < blocks; ++block) {
            total = total + load_some(partial + block * kSums * columns + j, some);
        }
        store_some(sums + j, total, some);
    });
}

template <class Function>
void for_row_blocks(Index rows, const Function& body) {
    parallel_for(divided_up(rows, kNormBlock), [&](Index block) {
        for (Index row = block * kNormBlock; row < smaller(rows, (block + 1) * kNormBlock); ++row) body(row);
    });
}

inline void batch_norm(Index rows, Index columns, const float* x, const float* gamma, const float* beta, float epsilon,
                       float* y, float* mean, float* variance, float* inverse) {
    const Vector share = broadcast(1.0f / static_cast<float>(rows));
    sum_columns<1>(rows, columns, [&](Index at, Index, int some, Vector* total) {
        total[0] = total[0] + load_some(x + at, some);
    }, mean);
    for_each_vector(columns, [&](Index j, int some) { store_some(mean + j, load_some(mean + j, some) * share, some); });
    sum_columns<1>(rows, columns, [&](Index at, Index j, int some, Vector* total) {
        const Vector d = load_some(x + at, some) - load_some(mean + j, some);
        total[0] = fma(d, d, total[0]);
    }, variance);
    for_each_vector(columns, [&](Index j, int some) {
        const Vector v = load_some(variance + j, some) * share;
        store_some(variance + j, v, some);
        store_some(inverse + j, broadcast(1.0f) / sqrt(v + broadcast(epsilon)), some);
    });
    for_row_blocks(rows, [&](Index row) {
        const Index at = row * columns;
        for_each_vector(columns, [&](Index j, int some) {
            Vector scale = load_some(inverse + j, some);
            if (gamma) scale = scale * load_some(gamma + j, some);
            Vector z = (load_some(x + at + j, some) - load_some(mean + j, some)) * scale;
            if (beta) z = z + load_some(beta + j, some);
            store_some(y + at + j, z, some);
        });
    });
}

inline void batch_norm_inference(Index rows, Index columns, const float* x, const float* gamma, const float* beta,
                                 const float* mean, const float* variance, float epsilon, float* y) {
    float* const scale = scratch(kPartialSums, static_cast<std::size_t>(columns));
    for_each_vector(columns, [&](Index j, int some) {
        const Vector inverse = broadcast(1.0f) / sqrt(load_some(variance + j, some) + broadcast(epsilon));
        store_some(scale + j, gamma ? inverse * load_some(gamma + j, some) : inverse, some);
    });
    for_row_blocks(rows, [&](Index row) {
        for_each_vector(columns, [&](Index j, int some) {
            const Vector centred = load_some(x + row * columns + j, some) - load_some(mean + j, some);
            const Vector shift = beta ? load_some(beta + j, some) : zero();
            store_some(y + row * columns + j, fma(centred, load_some(scale + j, some), shift), some);
        });
    });
}

inline void batch_norm_gradient(Index rows, Index columns, const float* dy, const float* x, const float* gamma,
                                const float* mean, const float* inverse, float* dx, float* dgamma, float* dbeta) {
    float* sums = scratch(kMore, static_cast<std::size_t>(2 * columns));
    float *sum_normal = sums, *sum_dy = sums + columns;
    sum_columns<2>(rows, columns, [&](Index at, Index j, int some, Vector* total) {
        const Vector d = load_some(dy + at, some);
        const Vector normal = (load_some(x + at, some) - load_some(mean + j, some)) * load_some(inverse + j, some);
        total[0] = fma(d, normal, total[0]);
        total[1] = total[1] + d;
    }, sums);
    if (dgamma) std::memcpy(dgamma, sum_normal, static_cast<std::size_t>(columns) * sizeof(float));
    if (dbeta) std::memcpy(dbeta, sum_dy, static_cast<std::size_t>(columns) * sizeof(float));
    if (!dx) return;
    const Vector share = broadcast(1.0f / static_cast<float>(rows));
    for_row_blocks(rows, [&](Index row) {
        const Index at = row * columns;
        for_each_vector(columns, [&](Index j, int some) {
            const Vector inv = load_some(inverse + j, some), scale = gamma ? inv * load_some(gamma + j, some) : inv;
            const Vector normal = (load_some(x + at + j, some) - load_some(mean + j, some)) * inv;
            const Vector d = load_some(dy + at + j, some) - normal * (load_some(sum_normal + j, some) * share);
            store_some(dx + at + j, (d - load_some(sum_dy + j, some) * share) * scale, some);
        });
    });
}

inline void layer_norm(Index rows, Index columns, const float* x, const float* gamma, const float* beta, float epsilon,
                       float* y, float* mean, float* inverse) {
    const float share = 1.0f / static_cast<float>(columns);
    for_rows(rows, columns, [&](Index row) {
        const float* from = x + row * columns;
        float* to = y + row * columns;
        const Vector centre = broadcast(row_sum(from, columns) * share);
        Vector squares = zero();
        for_each_vector(columns, [&](Index j, int some) {
            const Vector d = only(load_some(from + j, some) - centre, some, zero());
            squares = fma(d, d, squares);
        });
        const float inv = 1.0f / std::sqrt(sum(squares) * share + epsilon);
        const Vector scale = broadcast(inv);
        for_each_vector(columns, [&](Index j, int some) {
            Vector z = (load_some(from + j, some) - centre) * scale;
            if (gamma) z = z * load_some(gamma + j, some);
            if (beta) z = z + load_some(beta + j, some);
            store_some(to + j, z, some);
        });
        mean[row] = row_sum(from, columns) * share;
        inverse[row] = inv;
    });
}

inline void layer_norm_gradient(Index rows, Index columns, const float* dy, const float* x, const float* gamma,
                                const float* mean, const float* inverse, float* dx, float* dgamma, float* dbeta) {
    if (dgamma || dbeta) {
        float* sums = scratch(kMore, static_cast<std::size_t>(2 * columns));
        sum_columns<2>(rows, columns, [&](Index at, Index, int some, Vector* total) {
            const Index row = at / columns;
            const Vector d = load_some(dy + at, some);
            const Vector normal = (load_some(x + at, some) - broadcast(mean[row])) * broadcast(inverse[row]);
            total[0] = fma(d, normal, total[0]);
            total[1] = total[1] + d;
        }, sums);
        if (dgamma) std::memcpy(dgamma, sums, static_cast<std::size_t>(columns) * sizeof(float));
        if (dbeta) std::memcpy(dbeta, sums + columns, static_cast<std::size_t>(columns) * sizeof(float));
    }
    if (!dx) return;
    const Vector share = broadcast(1.0f / static_cast<float>(columns));
    for_rows(rows, columns, [&](Index row) {
        const float *from = x + row * columns, *d = dy + row * columns;
        float* to = dx + row * columns;
        const Vector centre = broadcast(mean[row]), inv = broadcast(inverse[row]);
        const auto normal = [&](Index j, int some) { return (load_some(from + j, some) - centre) * inv; };
        const auto scaled = [&](Index j, int some) {
            return gamma ? load_some(d + j, some) * load_some(gamma + j, some) : load_some(d + j, some);
        };
        Vector totals = zero(), along = zero();
        for_each_vector(columns, [&](Index j, int some) {
            const Vector z = scaled(j, some);
            totals = totals + z;
            along = fma(z, normal(j, some), along);
        });
        const Vector level = broadcast(sum(totals)) * share, slope = broadcast(sum(along)) * share;
        for_each_vector(columns, [&](Index j, int some) {
            store_some(to + j, (scaled(j, some) - normal(j, some) * slope - level) * inv, some);
        });
    });
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
