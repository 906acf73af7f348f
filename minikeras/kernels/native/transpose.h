// Transposing: a square of kWidth vectors in registers, and panels of a matrix by such squares.
//
// A square takes log2(kWidth) rounds of shuffles, each exchanging halves of pairs of vectors: four shuffles to a vector
// with AVX-512, where gathering the same column from memory would take a load for every lane.
#pragma once

#include "tile.h"

namespace minikeras {
namespace MINIKERAS_SET {

// rows[i] is vector i of a square matrix; transposes it in place.
MINIKERAS_INLINE void transpose_square(Vector rows[kWidth]) {
#if defined(MINIKERAS_AVX512)
    Vector other[16];
    for (int i = 0; i < 16; i += 2) {
        other[i].v = _mm512_unpacklo_ps(rows[i].v, rows[i + 1].v);
        other[i + 1].v = _mm512_unpackhi_ps(rows[i].v, rows[i + 1].v);
    }
    const auto pairs = [](Vector a, Vector b, bool high) {
        const __m512d x = _mm512_castps_pd(a.v), y = _mm512_castps_pd(b.v);
        return Vector{_mm512_castpd_ps(high ? _mm512_unpackhi_pd(x, y) : _mm512_unpacklo_pd(x, y))};
    };
    for (int i = 0; i < 16; i += 4) {
        rows[i] = pairs(other[i], other[i + 2], false);
        rows[i + 1] = pairs(other[i], other[i + 2], true);
        rows[i + 2] = pairs(other[i + 1], other[i + 3], false);
        rows[i + 3] = pairs(other[i + 1], other[i + 3], true);
    }
    for (int i = 0; i < 4; ++i) {
        other[i].v = _mm512_shuffle_f32x4(rows[i].v, rows[i + 4].v, 0x88);
        other[i + 4].v = _mm512_shuffle_f32x4(rows[i].v, rows[i + 4].v, 0xdd);
        other[i + 8].v = _mm512_shuffle_f32x4(rows[i + 8].v, rows[i + 12].v, 0x88);
        other[i + 12].v = _mm512_shuffle_f32x4(rows[i + 8].v, rows[i + 12].v, 0xdd);
    }
    for (int i = 0; i < 8; ++i) {
        rows[i].v = _mm512_shuffle_f32x4(other[i].v, other[i + 8].v, 0x88);
        rows[i + 8].v = _mm512_shuffle_f32x4(other[i].v, other[i + 8].v, 0xdd);
    }
#elif defined(MINIKERAS_AVX2)
    Vector other[8];
    for (int i = 0; i < 8; i += 2) {
        other[i].v = _mm256_unpacklo_ps(rows[i].v, rows[i + 1].v);
        other[i + 1].v = _mm256_unpackhi_ps(rows[i].v, rows[i + 1].v);
    }
    Vector fours[8];
    for (int i = 0; i < 8; i += 4) {
        fours[i].v = _mm256_shuffle_ps(other[i].v, other[i + 2].v, 0x44);
        fours[i + 1].v = _mm256_shuffle_ps(other[i].v, other[i + 2].v, 0xee);
        fours[i + 2].v = _mm256_shuffle_ps(other[i + 1].v, other[i + 3].v, 0x44);
        fours[i + 3].v = _mm256_shuffle_ps(other[i + 1].v, other[i + 3].v, 0xee);
    }
    for (int i = 0; i < 4; ++i) {
        rows[i].v = _mm256_permute2f128_ps(fours[i].v, fours[i + 4].v, 0x20);
        rows[i + 4].v = _mm256_permute2f128_ps(fours[i].v, fours[i + 4].v, 0x31);
    }
#else
    for (int i = 0; i < kWidth; ++i) {
        for (int j = 0; j < i; ++j) {
            const float kept = rows[i].v[j];
            rows[i].v[j] = rows[j].v[i];
            rows[j].v[i] = kept;
        }
    }
#endif
}

// A matrix of at most kWidth x kWidth, transposed: read(i, width) yields row i, of `height` ones; write(i, row, height)
// takes row i of the result, of `width` ones. Whole squares, the usual case, know their size when compiled.
template <class Read, class Write>
MINIKERAS_INLINE void transposed(int width, int height, const Read& read, const Write& write) {
    Vector square[kWidth];
    if (width == kWidth && height == kWidth) {
        constexpr std::integral_constant<int, kWidth> whole{};
        unrolled<kWidth>([&](auto i) { square[i] = read(i, whole); });
        transpose_square(square);
        unrolled<kWidth>([&](auto i) { write(i, square[i], whole); });
        return;
    }
    for (int i = 0; i < kWidth; ++i) square[i] = i < height ? read(i, width) : zero();
    transpose_square(square);
    for (int i = 0; i < width; ++i) write(i, square[i], height);
}

// Copies a panel of columns of a matrix (rows, columns) with row stride `stride`, transposed:
// target[j][r] = source[r][j], target rows kPanel apart, missing columns of the panel zero.
inline void pack_transposed(const float* source, Index stride, Index rows, Index columns, float* target) {
    for (Index j = 0; j < columns; j += kWidth) {
        const int some = static_cast<int>(smaller(kWidth, columns - j));
        for (Index first = 0; first < kPanel; first += kWidth) {
            transposed(some, static_cast<int>(smaller(kWidth, rows - first)),
                [&](Index i, auto count) { return load_some(source + (first + i) * stride + j, count); },
                [&](Index i, Vector row, auto) { store(target + (j + i) * kPanel + first, row); });
        }
    }
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
