// Convolution with few channels and few filters: the batch in the lanes.
//
// With 1 to 16 channels a vector of channels or filters is mostly empty. A vector of samples never is: blocks of kWidth
// samples are laid out [row, column, channel, sample], so that every multiplication fills all lanes, windows need no
// care, and the kernel's values are broadcast from where they lie. Turning images into this layout and back (squares
// of kWidth x kWidth transposed in registers) costs a few percent of the work. A last block that is not full computes
// with zeros.
//
//     y, dx   tile: filters x neighbouring pixels, in registers; per step one vector per pixel, one value per filter
//     dw      tile: (kernel column, channel) x filters; both operands are vectors, lanes are summed at the end
//
// The activation's gradient is taken while dy is turned; bias and activation are applied before y is turned back.
#pragma once

#include "dense.h"

namespace minikeras {
namespace MINIKERAS_SET {

#if defined(MINIKERAS_AVX512) && !defined(MINIKERAS_FEW_TILES)
constexpr int kLaneFilters = 8, kLanePixels = 3, kLaneSquare = 5;
#else
constexpr int kLaneFilters = 4, kLanePixels = 3, kLaneSquare = 3;
#endif

inline bool prefers_lanes(const ConvShape& s) {
    return s.groups == 1 && s.dilation_x == 1 && s.dilation_y == 1 && s.channels <= 16 && s.filters <= 16 &&
           divided_up(s.n, kWidth) * kWidth * 3 <= s.n * 4 && s.kernel_height * s.kernel_width > 1 &&
           (s.height + s.top + s.bottom) * (s.width + s.left + s.right) * s.channels * kWidth <= (1 << 18);
}

// A run of `length` floats of each of `samples` images, `stride` apart, as vectors of samples. read(offset, count)
// yields the floats at an offset from the first image's run.
template <class Read>
void into_lanes(const Read& read, Index stride, Index samples, Index length, float* target) {
    for (Index j = 0; j < length; j += kWidth) {
        transposed(static_cast<int>(smaller(kWidth, length - j)), static_cast<int>(samples),
                   [&](Index i, auto some) { return read(i * stride + j, some); },
                   [&](Index i, Vector row, auto) { store(target + (j + i) * kWidth, row); });
    }
}

inline void out_of_lanes(const float* source, Index stride, Index samples, Index length, float* target) {
    for (Index j = 0; j < length; j += kWidth) {
        transposed(static_cast<int>(samples), static_cast<int>(smaller(kWidth, length - j)),
                   [&](Index i, auto) { return load(source + (j + i) * kWidth); },
                   [&](Index i, Vector row, auto some) { store_some(target + i * stride + j, row, some); });
    }
}

// Images in lanes, with a border of zeros: [block][row][column][channel][sample].
struct LaneImages {
    float* data;
    Index height, width, channels;  // with the border

    Index pitch() const { return width * channels * kWidth; }
    Index block() const { return height * pitch(); }
};

// Turns images (n, rows, columns, channels) into lanes, at (top, left) of the bordered ones.
template <class Read>
void turn(Index n, Index rows, Index columns, const LaneImages& to, Index top, Index left, const Read& read) {
    const Index length = columns * to.channels, image = rows * length, blocks = divided_up(n, kWidth);
    const Index parts = smaller(rows, 4);
    parallel_for(blocks * parts, [&](Index chunk) {
        const Index block = chunk / parts, part = chunk % parts, first = block * kWidth;
        float* const target = to.data + block * to.block();
        const Index from = rows * part / parts, end = rows * (part + 1) / parts;
        const auto clear = [&](Index begin, Index count) {
            if (count > 0) std::memset(target + begin, 0, static_cast<std::size_t>(count) * sizeof(float));
        };
        if (part == 0) clear(0, top * to.pitch());
        if (part == parts - 1) clear((top + rows) * to.pitch(), (to.height - top - rows) * to.pitch());
        const Index before = left * to.channels * kWidth, after = before + length * kWidth;
        for (Index i = from; i < end; ++i) {
            const Index row = (top + i) * to.pitch(), offset = first * image + i * length;
            clear(row, before);
            clear(row + after, to.pitch() - after);
            into_lanes([&](Index at, auto some) { return read(offset + at, some); }, image, smaller(kWidth, n - first),
                       length, target + row + before);
        }
    });
}

struct LaneTile {
    const float* x;       // the first pixel's window
    Index pixel, pitch;   // floats from pixel to pixel, from input row to input row
    const float* w;
    Index filters, row;   // floats from step to step, from kernel row to kernel row of w
    Index rows, steps;
    const float* bias;
    float* y;             // [pixel][filter][sample]
    int activation;
};

template <int kFilters, int kPixels>
void lane_tile(const LaneTile& t) {
    Vector sums[kFilters][kPixels];
    unrolled<kFilters>([&](auto f) {
        const Vector first = t.bias ? broadcast(t.bias[f]) : zero();
        unrolled<kPixels>([&](auto p) { sums[f][p] = first; });
    });
    const Index pixel = t.pixel, filters = t.filters;
    for (Index i = 0; i < t.rows; ++i) {
        const float *x = t.x + i * t.pitch, *w = t.w + i * t.row;
        for (Index k = 0; k < t.steps; ++k, x += kWidth, w += filters) {
            Vector in[kPixels];
            unrolled<kPixels>([&](auto p) { in[p] = load(x + p * pixel); });
            unrolled<kFilters>([&](auto f) {
                const Vector value = broadcast(w[f]);
                unrolled<kPixels>([&](auto p) { sums[f][p] = fma(value, in[p], sums[f][p]); });
            });
        }
    }
    unrolled<kFilters>([&](auto f) {
        unrolled<kPixels>([&](auto p) {
            const Vector y = t.activation == kRelu ? largest(zero(), sums[f][p]) : sums[f][p];
            store(t.y + (p * t.filters + f) * kWidth, y);
        });
    });
}

template <int... kCodes>
TileFunctionOf<LaneTile> lane_tile_of(int code, std::integer_sequence<int, kCodes...>) {
    static constexpr TileFunctionOf<LaneTile> functions[] = {
        lane_tile<kCodes / kLanePixels + 1, kCodes % kLanePixels + 1>...};
    return functions[code];
}

// The border of images that is known to be zero.
struct Border {
    Index top, bottom, left, right;
};

// y (n, out_height, out_width, filters) from images in lanes; w [kernel row][kernel column, channel][filter].
// Kernel rows and columns that meet only the border are left out.
inline void correlate_lanes(const ConvShape& s, const LaneImages& x, const Border& border, const float* w,
                            const float* bias, float* y) {
    const Index length = s.out_width * s.filters, steps = s.kernel_width * x.channels;
    const Index blocks = divided_up(s.n, kWidth), bands = divided_up(s.out_height, 2);
    parallel_for(blocks * bands, [&](Index chunk) {
        const Index block = chunk / bands, first = block * kWidth;
        float* const line = scratch(kLine, static_cast<std::size_t>(length * kWidth));  // of the thread that runs this
        for (Index i = chunk % bands * 2; i < smaller(s.out_height, chunk % bands * 2 + 2); ++i) {
            const Index top = i * s.stride_y;
            Index low = larger(0, border.top - top), high = smaller(s.kernel_height, x.height - border.bottom - top);
            if (low >= high) low = high = 0;
            LaneTile t{};
            t.pixel = s.stride_x * x.channels * kWidth;
            t.pitch = x.pitch();
            t.filters = s.filters;
            t.row = steps * s.filters;
            t.rows = high - low;
            t.activation = s.activation;
            const float* row = x.data + block * x.block() + (top + low) * x.pitch();
            for (Index j = 0; j < s.out_width; j += kLanePixels) {
                const int pixels = static_cast<int>(smaller(kLanePixels, s.out_width - j));
                const Index left = j * s.stride_x, last = (j + pixels - 1) * s.stride_x;
                Index first_column = larger(0, border.left - last);
                Index end_column = smaller(s.kernel_width, x.width - border.right - left);
                if (first_column >= end_column) first_column = end_column = 0;
                t.steps = (end_column - first_column) * x.channels;
                const float* const window = row + j * t.pixel + first_column * x.channels * kWidth;
                const float* const taps = w + low * t.row + first_column * x.channels * s.filters;
                Index rest = s.filters, tiles = divided_up(rest, kLaneFilters);
                for (Index f = 0; rest > 0; --tiles) {
                    const int some = static_cast<int>(divided_up(rest, tiles));
                    t.x = window;
                    t.w = taps + f;
                    t.bias = bias ? bias + f : nullptr;
                    t.y = line + (j * s.filters + f) * kWidth;
                    lane_tile_of((some - 1) * kLanePixels + pixels - 1,
                                 std::make_integer_sequence<int, kLaneFilters * kLanePixels>())(t);
                    f += some;
                    rest -= some;
                }
            }
            if (s.activation > kRelu) activate_in_place(line, length * kWidth, s.activation);
            out_of_lanes(line, s.out_height * length, smaller(kWidth, s.n - first), length,
                         y + (first * s.out_height + i) * length);
        }
    });
}

inline LaneImages lane_images(Slot slot, Index n, Index height, Index width, Index channels) {
    LaneImages images{nullptr, height, width, channels};
    images.data = scratch(slot, static_cast<std::size_t>(divided_up(n, kWidth) * images.block()));
    return images;
}

inline LaneImages turned_input(const ConvShape& s, const float* x) {
    const LaneImages images = lane_images(kPaddedInput, s.n, s.top + s.height + s.bottom,
                                          s.left + s.width + s.right, s.channels);
    turn(s.n, s.height, s.width, images, s.top, s.left, [=](Index at, auto some) { return load_some(x + at, some); });
    return images;
}

inline void conv_lanes(const ConvShape& s, const float* x, const float* w, const float* b, float* y) {
    correlate_lanes(s, turned_input(s, x), {s.top, s.bottom, s.left, s.right}, w, b, y);
}

// One tile of dw: adds x[row of the tile] z[column of the tile] over blocks, rows and pixels to sums, lanes apart.
struct LaneProduct {
    const float *x, *z;
    Index x_step, z_step, x_row, z_row, x_block, z_block;
    Index steps, rows, blocks;
    float* sums;
    Index sums_row;
};

template <int kRows, int kColumns>
void lane_product(const LaneProduct& t) {
    Vector sums[kRows][kColumns];
    const auto place = [&](int r, int c) { return t.sums + r * t.sums_row + c * kWidth; };
    unrolled<kRows>([&](auto r) { unrolled<kColumns>([&](auto c) { sums[r][c] = load(place(r, c)); }); });
    for (Index block = 0; block < t.blocks; ++block) {
        for (Index i = 0; i < t.rows; ++i) {
            const float *x = t.x + block * t.x_block + i * t.x_row, *z = t.z + block * t.z_block + i * t.z_row;
            for (Index k = 0; k < t.steps; ++k, x += t.x_step, z += t.z_step) {
                Vector d[kColumns];
                unrolled<kColumns>([&](auto c) { d[c] = load(z + c * kWidth); });
                unrolled<kRows>([&](auto r) {
                    const Vector in = load(x + r * kWidth);
                    unrolled<kColumns>([&](auto c) { sums[r][c] = fma(in, d[c], sums[r][c]); });
                });
            }
        }
    }
    unrolled<kRows>([&](auto r) { unrolled<kColumns>([&](auto c) { store(place(r, c), sums[r][c]); }); });
}

template <int... kCodes>
TileFunctionOf<LaneProduct> lane_product_of(int code, std::integer_sequence<int, kCodes...>) {
    static constexpr TileFunctionOf<LaneProduct> functions[] = {
        lane_product<kCodes / kLaneSquare + 1, kCodes % kLaneSquare + 1>...};
    return functions[code];
}

inline void add_lane_product(LaneProduct& t, Index rows, Index columns) {
    lane_product_of(static_cast<int>((rows - 1) * kLaneSquare + columns - 1),
                    std::make_integer_sequence<int, kLaneSquare * kLaneSquare>())(t);
}

inline LaneProduct lane_product_over(const ConvShape& s, const LaneImages& x) {
    LaneProduct t{};
    t.x_step = s.stride_x * s.channels * kWidth;
    t.z_step = s.filters * kWidth;
    t.x_row = s.stride_y * x.pitch();
    t.steps = s.out_width;
    return t;
}

// dw and db from images and dz in lanes. Chunks are some blocks of samples, which the thread that turned them finds in
// its own cache, a kernel row and a tile of filters. The sums over blocks are added up in order.
inline void kernel_gradient_lanes(const ConvShape& s, const LaneImages& x, const LaneImages& z, Index top, Index left,
                                  float* dw, float* db) {
    const Index steps = s.kernel_width * s.channels, column_tiles = divided_up(s.filters, kLaneSquare);
    const float* inside = z.data + top * z.pitch() + left * z.channels * kWidth;
    const Index row_tiles = divided_up(steps, kLaneSquare), blocks = divided_up(s.n, kWidth);
    const Index weights = s.kernel_height * steps * s.filters, size = weights + s.filters, parts = smaller(blocks, 4);
    float* const partial = scratch(kPartialSums, static_cast<std::size_t>(parts * size));
    parallel_for(parts * s.kernel_height * column_tiles, [&](Index chunk) {
        const Index part = chunk / column_tiles / s.kernel_height, row = chunk / column_tiles % s.kernel_height;
        const Index tile = chunk % column_tiles, first_block = blocks * part / parts;
        const Index first = s.filters * tile / column_tiles, end = s.filters * (tile + 1) / column_tiles;
        LaneProduct t = lane_product_over(s, x);
        t.z = inside + first_block * z.block() + first * kWidth;
        t.z_row = z.pitch();
        t.x_block = x.block();
        t.z_block = z.block();
        t.rows = s.out_height;
        t.blocks = blocks * (part + 1) / parts - first_block;
        alignas(64) float sums[kLaneSquare * kLaneSquare * kWidth];
        t.sums = sums;
        t.sums_row = kLaneSquare * kWidth;
        for (Index i = 0; dw && i < row_tiles; ++i) {
            const Index from = steps * i / row_tiles, to = steps * (i + 1) / row_tiles;
            std::memset(sums, 0, sizeof sums);
            t.x = x.data + first_block * x.block() + row * x.pitch() + from * kWidth;
            add_lane_product(t, to - from, end - first);
            for (Index r = from; r < to; ++r) {
                for (Index f = first; f < end; ++f) {
                    partial[part * size + (row * steps + r) * s.filters + f] =
                        sum(load(sums + (r - from) * t.sums_row + (f - first) * kWidth));
                }
            }
        }
        for (Index f = first; db && row == 0 && f < end; ++f) {
            Vector total[2] = {zero(), zero()};
            for (Index block = 0; block < t.blocks; ++block) {
                for (Index i = 0; i < t.rows; ++i) {
                    const float* p = t.z + (f - first) * kWidth + block * t.z_block + i * t.z_row;
                    for (Index k = 0; k < t.steps; ++k) total[k & 1] = total[k & 1] + load(p + k * t.z_step);
                }
            }
            partial[part * size + weights + f] = sum(total[0] + total[1]);
        }
    });
    const auto gather = [&](Index from, Index count, float* to) {
        for_each_vector(count, [&](Index i, int some) {
            Vector total = zero();
            for (Index part = 0; part < parts; ++part) total = total + load_some(partial + part * size + from + i, some);
            store_some(to + i, total, some);
        });
    };
    if (dw) gather(0, weights, dw);
    if (db) gather(weights, s.filters, db);
}

// A kernel whose sums, a vector each, stay in the first-level cache beside a row of dz.
inline bool has_small_kernel(const ConvShape& s) {
    return s.kernel_height * s.kernel_width * s.channels * s.filters <= 256;
}

// dw and db for a small kernel where dx is not wanted. Chunks are bands of output rows: each row of dz is turned,
// used for every kernel row while it is in cache, and forgotten. The chunks' sums are added up in order.
template <class Read>
void kernel_gradient_bands(const ConvShape& s, const LaneImages& x, const Read& read, float* dw, float* db) {
    const Index steps = s.kernel_width * s.channels, weights = s.kernel_height * steps * s.filters;
    const Index size = (weights + s.filters) * kWidth, length = s.out_width * s.filters;
    const Index bands = divided_up(s.out_height, 4), blocks = divided_up(s.n, kWidth);
    const Index row_tiles = divided_up(steps, kLaneSquare), column_tiles = divided_up(s.filters, kLaneSquare);
    float* const partial = scratch(kPartialSums, static_cast<std::size_t>(blocks * bands * size));
    parallel_for(blocks * bands, [&](Index chunk) {
        const Index block = chunk / bands, band = chunk % bands, first = block * kWidth;
        float* const sums = partial + chunk * size;
        float* const bias_sums = sums + weights * kWidth;
        std::memset(sums, 0, static_cast<std::size_t>(size) * sizeof(float));
        float* const line = scratch(kLine, static_cast<std::size_t>(length * kWidth));
        LaneProduct t = lane_product_over(s, x);
        t.rows = t.blocks = 1;
        t.sums_row = s.filters * kWidth;
        for (Index i = s.out_height * band / bands; i < s.out_height * (band + 1) / bands; ++i) {
            const Index offset = (first * s.out_height + i) * length;
            into_lanes([&](Index at, auto some) { return read(offset + at, some); }, s.out_height * length,
                       smaller(kWidth, s.n - first), length, line);
            for (Index f = 0; db && f < s.filters; ++f) {
                Vector total = load(bias_sums + f * kWidth);
                for (Index k = 0; k < s.out_width; ++k) total = total + load(line + (k * s.filters + f) * kWidth);
                store(bias_sums + f * kWidth, total);
            }
            for (Index row = 0; dw && row < s.kernel_height; ++row) {
                const float* const in = x.data + block * x.block() + (i * s.stride_y + row) * x.pitch();
                for (Index tile = 0; tile < row_tiles * column_tiles; ++tile) {
                    const Index r = tile / column_tiles, c = tile % column_tiles;
                    const Index from = steps * r / row_tiles, to = steps * (r + 1) / row_tiles;
                    const Index start = s.filters * c / column_tiles, end = s.filters * (c + 1) / column_tiles;
                    t.x = in + from * kWidth;
                    t.z = line + start * kWidth;
                    t.sums = sums + ((row * steps + from) * s.filters + start) * kWidth;
                    add_lane_product(t, to - from, end - start);
                }
            }
        }
    });
    const auto total = [&](Index place) {
        Vector sums = zero();
        for (Index chunk = 0; chunk < blocks * bands; ++chunk) sums = sums + load(partial + chunk * size + place * kWidth);
        return sum(sums);
    };
    for (Index i = 0; dw && i < weights; ++i) dw[i] = total(i);
    for (Index f = 0; db && f < s.filters; ++f) db[f] = total(weights + f);
}

inline void conv_gradient_lanes(const ConvShape& s, const float* dy, const float* x, const float* w, const float* y,
                                float* dx, float* dw, float* db) {
    const auto dz = [dy, y, kind = s.activation](Index at, auto some) {
        const Vector d = load_some(dy + at, some);
        return kind == kLinear ? d : before_activation(d, load_some(y + at, some), kind);
    };
    const auto images = [&] { return dw ? turned_input(s, x) : LaneImages{nullptr, 0, 0, 0}; };
    if (!dx && has_small_kernel(s)) return kernel_gradient_bands(s, images(), dz, dw, db);
    const Index reach_y = s.kernel_height - 1, reach_x = s.kernel_width - 1;
    const Index top = dx ? reach_y - s.top : 0, left = dx ? reach_x - s.left : 0;
    const LaneImages z = lane_images(kPaddedGradient, s.n, dx ? s.height + reach_y : s.out_height,
                                     dx ? s.width + reach_x : s.out_width, s.filters);
    turn(s.n, s.out_height, s.out_width, z, top, left, dz);
    if (dw || db) kernel_gradient_lanes(s, images(), z, top, left, dw, db);
    if (!dx) return;
    float* mirrored = scratch(kPackedWeights, static_cast<std::size_t>(s.kernel_height * s.kernel_width * s.channels *
                                                                       s.filters));
    const Index taps = s.kernel_height * s.kernel_width;
    for (Index tap = 0; tap < taps; ++tap) {
        for (Index f = 0; f < s.filters; ++f) {
            for (Index c = 0; c < s.channels; ++c) {
                mirrored[(tap * s.filters + f) * s.channels + c] = w[((taps - 1 - tap) * s.channels + c) * s.filters + f];
            }
        }
    }
    ConvShape back = s;
    back.filters = s.channels;
    back.out_height = s.height;
    back.out_width = s.width;
    back.activation = kLinear;
    const Border border{top, z.height - top - s.out_height, left, z.width - left - s.out_width};
    correlate_lanes(back, z, border, mirrored, nullptr, dx);
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
