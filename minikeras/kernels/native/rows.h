// Batches, embeddings and dropout: moving rows, adding rows, and drawing bits.
//
//     gather               out[i] = x[indices[i]], converted to float32 in the same pass
//     embedding_gradient   dw[indices[i]] += dy[i]: every chunk owns a range of the table's rows and walks all
//                          indices, so rows are added in the order of dy on any number of threads
//     dropout              bits by a hash of (seed, counter, element), `reference/random.py`: no state, any order
#pragma once

#include "kernels.h"
#include "pool.h"
#include "tile.h"

namespace minikeras {
namespace MINIKERAS_SET {

template <class From>
void gather_rows(Index count, Index width, const void* x, const Index* indices, float* out) {
    const From* source = static_cast<const From*>(x);
    const Index chunks = count * width < (1 << 15) ? 1 : smaller(count, 16);
    parallel_for(chunks, [&](Index chunk) {
        for (Index i = count * chunk / chunks; i < count * (chunk + 1) / chunks; ++i) {
            const From* from = source + indices[i] * width;
            float* to = out + i * width;
            for (Index j = 0; j < width; ++j) to[j] = static_cast<float>(from[j]);
        }
    });
}

inline void gather(Index count, Index width, int type, const void* x, const Index* indices, float* out) {
    switch (type) {
        case kByte: return gather_rows<std::uint8_t>(count, width, x, indices, out);
        case kBool: return gather_rows<bool>(count, width, x, indices, out);
        case kInt32: return gather_rows<std::int32_t>(count, width, x, indices, out);
        case kInt64: return gather_rows<std::int64_t>(count, width, x, indices, out);
        case kDouble: return gather_rows<double>(count, width, x, indices, out);
        default: return gather_rows<float>(count, width, x, indices, out);
    }
}

inline void embedding_gradient(Index count, Index rows, Index width, const float* dy, const Index* indices,
                               float* dw) {
    const Index chunks = (count + rows) * width < (1 << 15) ? 1 : smaller(rows, 8);
    parallel_for(chunks, [&](Index chunk) {
        const Index from = rows * chunk / chunks, to = rows * (chunk + 1) / chunks;
        std::memset(dw + from * width, 0, static_cast<std::size_t>((to - from) * width) * sizeof(float));
        for (Index i = 0; i < count; ++i) {
            if (indices[i] < from || indices[i] >= to) continue;
            float* target = dw + indices[i] * width;
            const float* source = dy + i * width;
            for_each_vector(width, [&](Index j, int some) {
                store_some(target + j, load_some(target + j, some) + load_some(source + j, some), some);
            });
        }
    });
}

inline Bits mixed(Bits bits) {
    bits = (bits ^ shifted_right<16>(bits)) * 0x7feb352du;
    bits = (bits ^ shifted_right<15>(bits)) * 0x846ca68bu;
    return bits ^ shifted_right<16>(bits);
}

inline void dropout(Index count, float kept_scale, const std::uint32_t keys[3], const float* x, float* y,
                    float* scale) {
    const std::uint32_t key_0 = keys[0], key_1 = keys[1], threshold = keys[2];
    constexpr Index kChunk = 1 << 14;
    parallel_for(divided_up(count, kChunk), [=](Index chunk) {
        const Index from = chunk * kChunk;
        for_each_vector(smaller(kChunk, count - from), [&](Index j, int some) {
            const Index at = from + j;
            const Bits bits = mixed(mixed(counted_from(static_cast<std::uint32_t>(at) + key_0)) ^ key_1);
            const Vector factor = select(at_least(bits, threshold), broadcast(kept_scale), zero());
            store_some(scale + at, factor, some);
            store_some(y + at, load_some(x + at, some) * factor, some);
        });
    });
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
