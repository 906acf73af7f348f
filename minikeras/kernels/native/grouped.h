// Convolution in groups of few channels each (depthwise ones apart), and its gradients.
//
// A group's product is too narrow for the register tile: with 4 filters to a group, 12 of 16 lanes would be empty. Here
// a vector holds the filters of several groups, and every one of them needs its own group's channels. So the input is
// expanded first: for the k-th channel of a group, a vector of what lane f multiplies with, x[channel k of f's group].
// That is one permutation of a pixel's channels for each k, used again for every tap of the kernel. What is left is a
// depthwise sum, for which a tile holds one vector of filters for several neighbouring pixels:
//
//     y[i, f]       sum over taps, k     x'[i stride + tap, k, f] w[tap, k, f]
//     dw[tap, k, f] sum over pixels      x'[i stride + tap, k, f] dz[i, f]
//     dx            as y, over dz with the kernel mirrored, filters and channels exchanged
//
// Chunks are bands of rows of one sample for one vector of filters: their expanded rows stay in the second-level cache.
// For dw they are groups of samples, whose sums are added up in order.
#pragma once

#include "dense.h"

namespace minikeras {
namespace MINIKERAS_SET {

inline bool prefers_expansion(const ConvShape& s) {
    const Index channels = s.channels / s.groups, filters = s.filters / s.groups;
    return s.groups > 1 && s.dilation_y == 1 && s.dilation_x == 1 && larger(channels, filters) < kWidth;
}

// An image's channels as the lanes of a vector of filters need them: lane i of x'[k] is channel at[k][i].
struct Expansion {
    Index depth;             // channels of a group: vectors for each pixel
    Index base, reach;       // the channels that a vector of filters needs
    alignas(64) std::uint32_t at[kWidth][kWidth];

    Expansion(Index channels, Index filters, Index groups, Index first) : depth(channels / groups) {
        const Index group_filters = filters / groups;
        base = first / group_filters * depth;
        reach = 0;
        for (Index i = 0; i < kWidth; ++i) {
            const Index group = smaller(first + i, filters - 1) / group_filters;
            for (Index k = 0; k < depth; ++k) at[k][i] = static_cast<std::uint32_t>(group * depth + k - base);
            reach = larger(reach, (group + 1) * depth - base);
        }
    }

    // Writes the `depth` vectors of one pixel.
    void expand(const float* pixel, float* target) const {
        const float* const from = pixel + base;
        if (reach <= 2 * kWidth) {
            const Vector low = load_some(from, static_cast<int>(smaller(reach, kWidth)));
            const Vector high = reach > kWidth ? load_some(from + kWidth, static_cast<int>(reach - kWidth)) : zero();
            for (Index k = 0; k < depth; ++k) store(target + k * kWidth, picked(low, high, load_bits(at[k])));
            return;
        }
        for (Index k = 0; k < depth; ++k) {
            for (Index i = 0; i < kWidth; ++i) target[k * kWidth + i] = from[at[k][i]];
        }
    }
};

// Rows of one sample, expanded, with zeros around: [row][pixel][k][lane].
struct ExpandedRows {
    float* data;
    Index pixel, pitch;  // floats

    ExpandedRows(const ConvShape& s, const Expansion& expansion, const float* image, Index first, Index rows)
        : pixel(expansion.depth * kWidth), pitch(width(s) * pixel) {
        data = scratch(kLine, static_cast<std::size_t>(rows * pitch));
        for (Index r = 0; r < rows; ++r) {
            float* const row = data + r * pitch;
            const Index from = first + r - s.top;
            if (from < 0 || from >= s.height) {
                std::memset(row, 0, static_cast<std::size_t>(pitch) * sizeof(float));
                continue;
            }
            const Index left = smaller(s.left, width(s)), real = smaller(s.width, width(s) - left);
            const Index right = width(s) - left - real;
            std::memset(row, 0, static_cast<std::size_t>(left * pixel) * sizeof(float));
            const float* const source = image + from * s.width * s.channels;
            for (Index j = 0; j < real; ++j) {
                prefetch(source + (j + 12) * s.channels + expansion.base);
                expansion.expand(source + j * s.channels, row + (left + j) * pixel);
            }
            std::memset(row + (left + real) * pixel, 0, static_cast<std::size_t>(right * pixel) * sizeof(float));
        }
    }

    static Index width(const ConvShape& s) { return (s.out_width - 1) * s.stride_x + s.kernel_width; }
};

// Output rows whose expanded input stays in the second-level cache.
inline Index rows_of_band(const ConvShape& s, Index depth) {
    const Index fitting = (1 << 16) / larger(1, ExpandedRows::width(s) * depth * kWidth);
    return larger(1, smaller(s.out_height, (fitting - s.kernel_height) / s.stride_y + 1));
}

struct GroupedTile {
    const float *x, *w;
    Index pixel, pitch;  // of x: from output pixel to output pixel, from row to row
    Index rows, steps;   // of the kernel
    Vector bias;
    int activation;
    float* y;
    Index y_pixel;
    int some;
};

template <int kPixels>
void grouped_tile(const GroupedTile& t, Index first) {
    Vector sums[kPixels];
    unrolled<kPixels>([&](auto p) { sums[p] = t.bias; });
    const float* w = t.w;
    for (Index row = 0; row < t.rows; ++row) {
        const float* x = t.x + row * t.pitch + first * t.pixel;
        for (Index k = 0; k < t.steps; ++k, x += kWidth, w += kWidth) {
            const Vector weight = load(w);
            unrolled<kPixels>([&](auto p) { sums[p] = fma(load(x + p * t.pixel), weight, sums[p]); });
        }
    }
    unrolled<kPixels>([&](auto p) {
        store_some(t.y + (first + p) * t.y_pixel, activated(sums[p], t.activation), t.some);
    });
}

// The kernel for every vector of filters: [vector][tap][k][lane]; taps(tap, k, filter) yields its values.
template <class Taps>
float* pack_grouped(Index taps, Index depth, Index filters, const Taps& value) {
    const Index vectors = divided_up(filters, kWidth), size = taps * depth * kWidth;
    float* const packed = scratch(kPackedWeights, static_cast<std::size_t>(vectors * size));
    const auto pack = [&](Index v) {
        float* target = packed + v * size;
        for (Index tap = 0; tap < taps; ++tap) {
            for (Index k = 0; k < depth; ++k) {
                for (Index i = 0; i < kWidth; ++i) {
                    *target++ = v * kWidth + i < filters ? value(tap, k, v * kWidth + i) : 0.0f;
                }
            }
        }
    };
    if (vectors * size < kSmallWork / 16) {
        for (Index v = 0; v < vectors; ++v) pack(v);
    } else {
        parallel_for(vectors, pack);
    }
    return packed;
}

inline void correlate_grouped(const ConvShape& s, const float* x, const float* packed, const float* bias, float* y) {
    const Index depth = s.channels / s.groups, vectors = divided_up(s.filters, kWidth);
    const Index band = rows_of_band(s, depth), bands = divided_up(s.out_height, band);
    const auto run = [&](Index chunk) {
        const Index v = chunk % vectors, sample = chunk / vectors / bands, from = chunk / vectors % bands * band;
        const Index to = smaller(s.out_height, from + band), first = v * kWidth;
        const Expansion expansion(s.channels, s.filters, s.groups, first);
        const ExpandedRows rows(s, expansion, x + sample * s.height * s.width * s.channels, from * s.stride_y,
                                (to - 1 - from) * s.stride_y + s.kernel_height);
        GroupedTile t{};
        t.some = static_cast<int>(smaller(kWidth, s.filters - first));
        t.w = packed + v * s.kernel_height * s.kernel_width * depth * kWidth;
        t.pixel = s.stride_x * rows.pixel;
        t.pitch = rows.pitch;
        t.rows = s.kernel_height;
        t.steps = s.kernel_width * depth;
        t.bias = bias ? load_some(bias + first, t.some) : zero();
        t.activation = s.activation;
        t.y_pixel = s.filters;
        for (Index i = from; i < to; ++i) {
            t.x = rows.data + (i - from) * s.stride_y * rows.pitch;
            t.y = y + (sample * s.out_height + i) * s.out_width * s.filters + first;
            Index j = 0;
            for (; j + 8 <= s.out_width; j += 8) grouped_tile<8>(t, j);
            for (; j + 4 <= s.out_width; j += 4) grouped_tile<4>(t, j);
            for (; j < s.out_width; ++j) grouped_tile<1>(t, j);
        }
    };
    const Index chunks = s.n * bands * vectors;
    if (s.n * s.out_height * s.out_width * s.filters * s.kernel_height * s.kernel_width * depth < kSmallWork) {
        for (Index chunk = 0; chunk < chunks; ++chunk) run(chunk);
    } else {
        parallel_for(chunks, run);
    }
}

inline void grouped(const ConvShape& s, const float* x, const float* w, const float* b, float* y) {
    const Index depth = s.channels / s.groups;
    const float* const packed = pack_grouped(s.kernel_height * s.kernel_width, depth, s.filters,
        [=](Index tap, Index k, Index filter) { return w[(tap * depth + k) * s.filters + filter]; });
    correlate_grouped(s, x, packed, b, y);
}

inline void grouped_input_gradient(const ConvShape& s, const float* dz, const float* w, float* dx) {
    const Index depth = s.channels / s.groups, filters = s.filters / s.groups;
    const Index taps = s.kernel_height * s.kernel_width;
    const float* const packed = pack_grouped(taps, filters, s.channels, [=](Index tap, Index k, Index channel) {
        return w[((taps - 1 - tap) * depth + channel % depth) * s.filters + channel / depth * filters + k];
    });
    ConvShape back = s;
    back.height = s.out_height;
    back.width = s.out_width;
    back.channels = s.filters;
    back.out_height = s.height;
    back.out_width = s.width;
    back.filters = s.channels;
    back.top = s.kernel_height - 1 - s.top;
    back.left = s.kernel_width - 1 - s.left;
    back.activation = kLinear;
    correlate_grouped(back, dz, packed, nullptr, dx);
}

// kSums neighbouring places of dw's row of the kernel, summed over the pixels of some rows.
struct GroupedProduct {
    const float *x, *dz;
    Index pixel, x_row, z_pixel, z_row;
    Index rows, pixels;
    int some;
    float* sums;
};

template <int kSums>
void grouped_product(const GroupedProduct& t, Index first) {
    Vector sums[kSums];
    unrolled<kSums>([&](auto k) { sums[k] = load(t.sums + (first + k) * kWidth); });
    for (Index i = 0; i < t.rows; ++i) {
        const float *x = t.x + i * t.x_row + first * kWidth, *dz = t.dz + i * t.z_row;
        for (Index j = 0; j < t.pixels; ++j, x += t.pixel, dz += t.z_pixel) {
            const Vector d = load_some(dz, t.some);
            unrolled<kSums>([&](auto k) { sums[k] = fma(load(x + k * kWidth), d, sums[k]); });
        }
    }
    unrolled<kSums>([&](auto k) { store(t.sums + (first + k) * kWidth, sums[k]); });
}

inline void grouped_kernel_gradient(const ConvShape& s, const float* dz, const float* x, float* dw) {
    const Index depth = s.channels / s.groups, vectors = divided_up(s.filters, kWidth);
    const Index steps = s.kernel_width * depth, size = s.kernel_height * steps * kWidth;
    const Index parts = smaller(s.n, 8), band = rows_of_band(s, depth);
    float* const partial = scratch(kPartialSums, static_cast<std::size_t>(parts * vectors * size));
    parallel_for(parts * vectors, [&](Index chunk) {
        const Index part = chunk / vectors, first = chunk % vectors * kWidth;
        const Expansion expansion(s.channels, s.filters, s.groups, first);
        GroupedProduct t{};
        t.z_pixel = s.filters;
        t.z_row = s.out_width * s.filters;
        t.pixels = s.out_width;
        t.some = static_cast<int>(smaller(kWidth, s.filters - first));
        std::memset(partial + chunk * size, 0, static_cast<std::size_t>(size) * sizeof(float));
        for (Index sample = s.n * part / parts; sample < s.n * (part + 1) / parts; ++sample) {
            for (Index from = 0; from < s.out_height; from += band) {
                t.rows = smaller(band, s.out_height - from);
                const ExpandedRows rows(s, expansion, x + sample * s.height * s.width * s.channels, from * s.stride_y,
                                        (t.rows - 1) * s.stride_y + s.kernel_height);
                t.pixel = s.stride_x * rows.pixel;
                t.x_row = s.stride_y * rows.pitch;
                t.dz = dz + (sample * s.out_height + from) * t.z_row + first;
                for (Index row = 0; row < s.kernel_height; ++row) {
                    t.x = rows.data + row * rows.pitch;
                    t.sums = partial + chunk * size + row * steps * kWidth;
                    Index k = 0;
                    for (; k + 12 <= steps; k += 12) grouped_product<12>(t, k);
                    for (; k + 4 <= steps; k += 4) grouped_product<4>(t, k);
                    for (; k < steps; ++k) grouped_product<1>(t, k);
                }
            }
        }
    });
    for (Index step = 0; step < s.kernel_height * steps; ++step) {
        for_each_vector(s.filters, [&](Index filter, int some) {
            Vector total = zero();
            for (Index part = 0; part < parts; ++part) {
                total = total + load(partial + (part * vectors + filter / kWidth) * size + step * kWidth);
            }
            store_some(dw + step * s.filters + filter, total, some);
        });
    }
}

// Strides are one where dx is wanted.
inline void grouped_gradient(const ConvShape& s, const float* dy, const float* x, const float* w, const float* y,
                             float* dx, float* dw, float* db) {
    const float* const dz = before_activation_of(s.n * s.out_height * s.out_width * s.filters, dy, y, s.activation);
    if (dw) grouped_kernel_gradient(s, dz, x, dw);
    if (db) sum_rows(dz, s.n * s.out_height * s.out_width, s.filters, db);
    if (dx) grouped_input_gradient(s, dz, w, dx);
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
