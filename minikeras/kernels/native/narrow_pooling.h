// Max pooling over windows of 2 x 2 with few channels, and its gradient: neighbouring pixels share a vector.
//
// Channels last, a row of 2 w pixels is a run of floats in which stretches of c floats are left and right halves of
// windows in turn. A vector of results takes its left halves from two vectors of such a row by one permutation, and its
// right halves by the same permutation one pixel further on; the gradient spreads results over a row by the inverse.
// Which permutation depends only on where in its stretch a vector begins, so there is one for each channel, made before
// the walk. Chunks of work are samples.
#pragma once

#include "kernels.h"
#include "pool.h"
#include "tile.h"

namespace minikeras {
namespace MINIKERAS_SET {

// Runs body(first sample, one past the last): in a few chunks when there is enough work.
template <class Function>
void for_samples(const PoolShape& s, const Function& body) {
    const Index work = s.n * s.out_height * s.out_width * s.window_height * s.window_width * s.channels;
    const Index chunks = work < (1 << 15) ? 1 : smaller(s.n, 16);
    parallel_for(chunks, [&](Index chunk) { body(s.n * chunk / chunks, s.n * (chunk + 1) / chunks); });
}

#if defined(MINIKERAS_PORTABLE)
constexpr Index kMostNarrow = 0;
#else
constexpr Index kMostNarrow = kWidth / 2 - 1;
#endif

inline bool is_narrow(const PoolShape& s) { return s.channels <= kMostNarrow; }

// A vector of results that begins with some channel: where its lanes lie in the row of pixels, from the first one on.
struct Joining {
    alignas(64) std::uint32_t from[kWidth];
    int count;     // lanes in reach of two vectors
    Index next;    // the channel that the next vector begins with
    Index onward;  // floats of the row to its first

    Joining() = default;
    Joining(Index channel, Index channels) : count(0) {
        const auto place = [=](Index i) {
            return (channel + i) / channels * 2 * channels + (channel + i) % channels - channel;
        };
        while (count < kWidth && place(count) < 2 * kWidth) ++count;
        for (Index i = 0; i < kWidth; ++i) from[i] = static_cast<std::uint32_t>(i < count ? place(i) : 0);
        next = (channel + count) % channels;
        onward = place(count);
    }
};

// A vector of the row that begins at some place of a window's two pixels: which results its lanes belong to, from the
// first one on, and whether they are the left pixel's or the right one's.
struct Spreading {
    alignas(64) std::uint32_t from[kWidth];
    alignas(64) float side[kWidth];
    int needed[kWidth];  // results that the lanes up to this one need
    Index next;          // the place that the next vector begins at
    Index onward;        // results to its first

    Spreading() = default;
    Spreading(Index place, Index channels) {
        const auto first_result = [=](Index at) {
            return at / (2 * channels) * channels + (at / channels % 2 ? at % channels : 0);
        };
        int most = 0;
        for (Index i = 0; i < kWidth; ++i) {
            const Index at = place + i, result = at / (2 * channels) * channels + at % channels - first_result(place);
            from[i] = static_cast<std::uint32_t>(result);
            side[i] = at / channels % 2 ? 1.0f : 0.0f;
            most = static_cast<int>(larger(most, result + 1));
            needed[i] = most;
        }
        next = (place + kWidth) % (2 * channels);
        onward = first_result(place + kWidth) - first_result(place);
    }
};

inline void halve_narrow(const PoolShape& s, const float* x, float* y, std::uint8_t* winners) {
    Joining joinings[kMostNarrow + 1];
    for (Index channel = 0; channel < s.channels; ++channel) joinings[channel] = Joining(channel, s.channels);
    const Index right = s.channels, below = s.width * s.channels, length = s.out_width * s.channels;
    for_samples(s, [&](Index from, Index to) {
        for (Index row = from * s.out_height; row < to * s.out_height; ++row) {
            const float* p = x + (row / s.out_height * s.height + row % s.out_height * 2) * below;
            const Joining* at = joinings;
            for (Index j = 0; j < length; j += at->count, p += at->onward, at = joinings + at->next) {
                const Joining& joining = *at;
                const int count = static_cast<int>(smaller(joining.count, length - j));
                const int reach = static_cast<int>(joining.from[count - 1]) + 1;
                const int low = reach < kWidth ? reach : kWidth;
                const Bits place = load_bits(joining.from);
                const auto read = [&](const float* pixels) {
                    return picked(load(pixels, low), load(pixels + kWidth, reach - low), place);
                };
                Vector best = read(p), winner = zero();
                const auto meet = [&](const float* other, float tap) {
                    const Vector candidate = read(other);
                    const Mask better = greater(candidate, best) | unordered(candidate);
                    best = select(better, candidate, best);
                    winner = select(better, broadcast(tap), winner);
                };
                meet(p + right, 1.0f);
                meet(p + below, 2.0f);
                meet(p + below + right, 3.0f);
                store(y + row * length + j, best, count);
                store_bytes(winners + row * length + j, winner, count);
            }
        }
    });
}

inline void halve_narrow_gradient(const PoolShape& s, const float* dy, const std::uint8_t* winners, float* dx) {
    Spreading spreadings[2 * kMostNarrow + 1];
    for (Index place = 0; place < 2 * s.channels; ++place) spreadings[place] = Spreading(place, s.channels);
    const Index below = s.width * s.channels, size = s.height * below, length = s.out_width * s.channels;
    const bool covers = s.height == 2 * s.out_height && s.width == 2 * s.out_width;
    for_samples(s, [&](Index from, Index to) {
        if (!covers) std::memset(dx + from * size, 0, static_cast<std::size_t>((to - from) * size) * sizeof(float));
        for (Index row = from * s.out_height; row < to * s.out_height; ++row) {
            float* p = dx + (row / s.out_height * s.height + row % s.out_height * 2) * below;
            Index at = row * length;
            Index place = 0;
            for (Index j = 0; j < 2 * length; j += kWidth) {
                const Spreading& spreading = spreadings[place];
                const int count = static_cast<int>(smaller(kWidth, 2 * length - j));
                const int needed = spreading.needed[count - 1];
                const Bits result = load_bits(spreading.from);
                const Vector d = picked(load(dy + at, needed), result), side = load(spreading.side);
                const Vector winner = picked(load_bytes(winners + at, needed), result);
                store_some(p + j, select(equal(winner, side), d, zero()), count);
                store_some(p + below + j, select(equal(winner, side + broadcast(2.0f)), d, zero()), count);
                at += spreading.onward;
                place = spreading.next;
            }
        }
    });
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
