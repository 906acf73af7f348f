// Depthwise convolution (one filter, or a few, for each channel on its own) and its gradients.
//
// There is no product to tile: every multiplication meets another channel, so a vector holds neighbouring channels and
// a tile eight neighbouring pixels of a row, for which a tap's weights are loaded once. Images are read where they lie;
// taps that fall outside are left out, so there is nothing to pad. The input gradient is the same sum over dz: of the
// taps that meet a pixel, which for strides are the same for every stride-th pixel of a row.
//
//     y[i, j]      sum over taps      x[i stride + tap] w[tap]
//     dx[i, j]     sum over taps      dz[(i - tap) / stride] w[tap]
//     dw[tap]      sum over pixels    x[i stride + tap] dz[i]
//
// Several filters to a channel are rare: the channels are then repeated, and gradients folded.
#pragma once

#include "dense.h"

namespace minikeras {
namespace MINIKERAS_SET {

inline bool is_depthwise(const ConvShape& s) { return s.groups > 1 && s.groups == s.channels; }

constexpr Index kMostTaps = 1024;  // what bind_products.cpp lets through

// The taps that a run of pixels meets: where they read, from the run's first pixel, and their weights.
struct Taps {
    Index count;
    Index offset[kMostTaps], weight[kMostTaps];
};

// `kPixels` results, out_step apart, of one vector of channels; their inputs are in_step apart. `some` is the number of
// channels: a constant where the vector is whole.
template <int kPixels, class Lanes>
void depthwise_tile(const float* in, Index in_step, const Taps& taps, const float* w, Vector bias, int activation,
                    float* out, Index out_step, Lanes some) {
    Vector sums[kPixels];
    unrolled<kPixels>([&](auto p) { sums[p] = bias; });
    for (Index t = 0; t < taps.count; ++t) {
        const Vector weight = load_some(w + taps.weight[t], some);
        const float* const from = in + taps.offset[t];
        unrolled<kPixels>([&](auto p) { sums[p] = fma(load_some(from + p * in_step, some), weight, sums[p]); });
    }
    unrolled<kPixels>([&](auto p) { store_some(out + p * out_step, activated(sums[p], activation), some); });
}

// One axis of the walk over results: result j reads input first + j step + tap dilation, if 0 <= that < length.
// For dx the roles are exchanged: see `classes` below.
inline Index first_inside(Index position, Index step) { return position >= 0 ? 0 : divided_up(-position, step); }
inline Index end_inside(Index position, Index step, Index length, Index results) {
    return position >= length ? 0 : smaller(results, (length - 1 - position) / step + 1);
}

// A row of results, `count` of them: result j sums w[row_weight + column_weight[k]] in[j in_step + column[k]] over the
// columns k that fall inside, for every row given. Pixels are floats of `channels`.
struct RowWalk {
    Index channels, in_step, in_width, out_step, count;  // steps in pixels
    Index rows, columns;
    Index row_offset[kMostTaps], row_weight[kMostTaps];    // in floats
    Index column[kMostTaps], column_weight[kMostTaps];     // in pixels; in floats
};

inline void walk_row(const RowWalk& walk, const float* in, const float* w, const float* bias, int activation,
                     float* out) {
    const Index channels = walk.channels;
    Taps taps;
    const auto run = [&](Index from, Index to) {  // pixels that meet the same taps
        taps.count = 0;
        for (Index r = 0; r < walk.rows; ++r) {
            for (Index k = 0; k < walk.columns; ++k) {
                const Index at = from * walk.in_step + walk.column[k];
                if (at < 0 || at >= walk.in_width) continue;
                taps.offset[taps.count] = walk.row_offset[r] + at * channels;
                taps.weight[taps.count++] = walk.row_weight[r] + walk.column_weight[k];
            }
        }
        for_each_vector(channels, [&](Index channel, int some) {
            const Vector start = bias ? load_some(bias + channel, some) : zero();
            const Index in_step = walk.in_step * channels, out_step = walk.out_step * channels;
            const float* source = in + channel;
            float* target = out + from * out_step + channel;
            Index left = to - from;
            const auto tiles = [&](auto lanes) {
                for (; left >= 8; left -= 8, source += 8 * in_step, target += 8 * out_step) {
                    depthwise_tile<8>(source, in_step, taps, w + channel, start, activation, target, out_step, lanes);
                }
                for (; left >= 4; left -= 4, source += 4 * in_step, target += 4 * out_step) {
                    depthwise_tile<4>(source, in_step, taps, w + channel, start, activation, target, out_step, lanes);
                }
                for (; left > 0; --left, source += in_step, target += out_step) {
                    depthwise_tile<1>(source, in_step, taps, w + channel, start, activation, target, out_step, lanes);
                }
            };
            if (some == kWidth) tiles(std::integral_constant<int, kWidth>());
            else tiles(some);
        });
    };
    // The results in the middle meet all taps; those at the edges are taken one by one.
    Index first = 0, end = walk.count;
    for (Index k = 0; k < walk.columns; ++k) {
        first = larger(first, first_inside(walk.column[k], walk.in_step));
        end = smaller(end, end_inside(walk.column[k], walk.in_step, walk.in_width, walk.count));
    }
    if (first >= end) first = end = walk.count;
    for (Index j = 0; j < smaller(first, walk.count); ++j) run(j, j + 1);
    if (first < end) run(first, end);
    for (Index j = end; j < walk.count; ++j) run(j, j + 1);
}

// Runs body(row) for rows of all samples, in chunks of a few.
template <class Function>
void for_lines(Index rows, Index work_per_row, const Function& body) {
    const Index per_chunk = larger(1, (1 << 15) / larger(1, work_per_row)), chunks = divided_up(rows, per_chunk);
    parallel_for(chunks, [&](Index chunk) {
        for (Index row = chunk * per_chunk; row < smaller(rows, (chunk + 1) * per_chunk); ++row) body(row);
    });
}

inline void depthwise_forward(const ConvShape& s, const float* x, const float* w, const float* b, float* y) {
    const Index channels = s.channels, taps = s.kernel_height * s.kernel_width;
    for_lines(s.n * s.out_height, s.out_width * channels * taps, [&](Index row) {
        const Index sample = row / s.out_height, i = row % s.out_height;
        RowWalk walk;
        walk.channels = channels;
        walk.in_step = s.stride_x;
        walk.in_width = s.width;
        walk.out_step = 1;
        walk.count = s.out_width;
        walk.rows = 0;
        for (Index k = 0; k < s.kernel_height; ++k) {
            const Index at = i * s.stride_y + k * s.dilation_y - s.top;
            if (at < 0 || at >= s.height) continue;
            walk.row_offset[walk.rows] = at * s.width * channels;
            walk.row_weight[walk.rows++] = k * s.kernel_width * channels;
        }
        walk.columns = s.kernel_width;
        for (Index k = 0; k < s.kernel_width; ++k) {
            walk.column[k] = k * s.dilation_x - s.left;
            walk.column_weight[k] = k * channels;
        }
        walk_row(walk, x + sample * s.height * s.width * channels, w, b, s.activation,
                 y + row * s.out_width * channels);
    });
}

inline void depthwise_input_gradient(const ConvShape& s, const float* dz, const float* w, float* dx) {
    const Index channels = s.channels, taps = s.kernel_height * s.kernel_width;
    for_lines(s.n * s.height, s.width * channels * taps, [&](Index row) {
        const Index sample = row / s.height, i = row % s.height;
        RowWalk walk;
        walk.channels = channels;
        walk.in_step = 1;
        walk.in_width = s.out_width;
        walk.out_step = s.stride_x;
        walk.rows = 0;
        for (Index k = 0; k < s.kernel_height; ++k) {
            const Index at = i + s.top - k * s.dilation_y;
            if (at < 0 || at % s.stride_y || at / s.stride_y >= s.out_height) continue;
            walk.row_offset[walk.rows] = at / s.stride_y * s.out_width * channels;
            walk.row_weight[walk.rows++] = k * s.kernel_width * channels;
        }
        // Pixels start, start + stride, ... of the row meet the same taps.
        for (Index start = 0; start < smaller(s.stride_x, s.width); ++start) {
            walk.count = (s.width - 1 - start) / s.stride_x + 1;
            walk.columns = 0;
            for (Index k = 0; k < s.kernel_width; ++k) {
                const Index at = start + s.left - k * s.dilation_x;
                if (at % s.stride_x) continue;
                walk.column[walk.columns] = at / s.stride_x;
                walk.column_weight[walk.columns++] = k * channels;
            }
            walk_row(walk, dz + sample * s.out_height * s.out_width * channels, w, nullptr, kLinear,
                     dx + (row * s.width + start) * channels);
        }
    });
}

// Chunks are groups of samples with sums of their own, which are added up in order.
inline void depthwise_kernel_gradient(const ConvShape& s, const float* dz, const float* x, float* dw) {
    const Index channels = s.channels, taps = s.kernel_height * s.kernel_width, size = taps * channels;
    const Index parts = smaller(s.n, 8);
    float* const partial = scratch(kPartialSums, static_cast<std::size_t>(parts * size));
    parallel_for(parts, [&](Index part) {
        float* const sums = partial + part * size;
        std::memset(sums, 0, static_cast<std::size_t>(size) * sizeof(float));
        for (Index row = s.n * part / parts * s.out_height; row < s.n * (part + 1) / parts * s.out_height; ++row) {
            const Index sample = row / s.out_height, i = row % s.out_height;
            for (Index tap = 0; tap < taps; ++tap) {
                const Index at = i * s.stride_y + tap / s.kernel_width * s.dilation_y - s.top;
                const Index left = tap % s.kernel_width * s.dilation_x - s.left;
                const Index from = first_inside(left, s.stride_x);
                const Index to = end_inside(left, s.stride_x, s.width, s.out_width);
                if (at < 0 || at >= s.height || from >= to) continue;
                const Index x_step = s.stride_x * channels;
                const float* const in = x + ((sample * s.height + at) * s.width + left) * channels + from * x_step;
                const float* const gradient = dz + (row * s.out_width + from) * channels;
                for_each_vector(channels, [&](Index channel, int some) {
                    Vector totals[4] = {load_some(sums + tap * channels + channel, some), zero(), zero(), zero()};
                    const float *p = in + channel, *d = gradient + channel;
                    Index left_over = to - from;
                    for (; left_over >= 4; left_over -= 4, p += 4 * x_step, d += 4 * channels) {
                        for (int k = 0; k < 4; ++k) {
                            totals[k] = fma(load_some(p + k * x_step, some), load_some(d + k * channels, some), totals[k]);
                        }
                    }
                    for (; left_over > 0; --left_over, p += x_step, d += channels) {
                        totals[0] = fma(load_some(p, some), load_some(d, some), totals[0]);
                    }
                    store_some(sums + tap * channels + channel, (totals[0] + totals[1]) + (totals[2] + totals[3]), some);
                });
            }
        }
    });
    for_each_vector(size, [&](Index i, int some) {
        Vector total = zero();
        for (Index part = 0; part < parts; ++part) total = total + load_some(partial + part * size + i, some);
        store_some(dw + i, total, some);
    });
}

// x with every channel repeated for its filters.
inline const float* repeated_channels(const ConvShape& s, const float* x) {
    const Index times = s.filters / s.channels, pixels = s.n * s.height * s.width;
    if (times == 1) return x;
    float* const target = scratch(kPaddedInput, static_cast<std::size_t>(pixels * s.filters));
    for_lines(pixels, s.filters, [&](Index pixel) {
        const float* source = x + pixel * s.channels;
        float* to = target + pixel * s.filters;
        for (Index c = 0; c < s.channels; ++c) {
            for (Index k = 0; k < times; ++k) *to++ = source[c];
        }
    });
    return target;
}

inline ConvShape with_repeated_channels(ConvShape s) {
    s.channels = s.groups = s.filters;
    return s;
}

inline void depthwise(const ConvShape& s, const float* x, const float* w, const float* b, float* y) {
    depthwise_forward(with_repeated_channels(s), repeated_channels(s, x), w, b, y);
}

inline void depthwise_gradient(const ConvShape& s, const float* dy, const float* x, const float* w, const float* y,
                               float* dx, float* dw, float* db) {
    const ConvShape wide = with_repeated_channels(s);
    const Index times = s.filters / s.channels;
    const float* const dz = before_activation_of(s.n * s.out_height * s.out_width * s.filters, dy, y, s.activation);
    if (dw) depthwise_kernel_gradient(wide, dz, repeated_channels(s, x), dw);
    if (db) sum_rows(dz, s.n * s.out_height * s.out_width, s.filters, db);
    if (!dx) return;
    if (times == 1) return depthwise_input_gradient(wide, dz, w, dx);
    const Index pixels = s.n * s.height * s.width;
    float* const repeated = scratch(kPaddedInput, static_cast<std::size_t>(pixels * s.filters));
    depthwise_input_gradient(wide, dz, w, repeated);
    for_lines(pixels, s.filters, [&](Index pixel) {
        const float* source = repeated + pixel * s.filters;
        for (Index c = 0; c < s.channels; ++c) {
            float total = 0;
            for (Index k = 0; k < times; ++k) total += *source++;
            dx[pixel * s.channels + c] = total;
        }
    });
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
