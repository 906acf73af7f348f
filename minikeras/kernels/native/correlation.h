// The correlation under every convolution: y (n, out_height, out_width, filters) from an input with its padding in
// memory, by register tiles whose rows are pixels of an output row, whose columns are filters, and whose steps are the
// runs of memory that a window consists of.
//
// Few filters would leave most lanes of a vector idle. Then `wide` neighbouring pixels are computed as one: its
// columns are wide x filters, its window is (wide - 1) strides wider, and the kernel is repeated, shifted, with zeros
// between. It costs multiplications by zero and still pays: 6 filters of 5 x 5 fill 12 of 16 lanes instead of 6, for
// 6 / 5 of the steps. (An infinite input therefore makes its whole group of pixels NaN.)
//
// Very few filters over long runs (images made of many channels, and the gradient that such a layer's first input gets)
// are sums of products along the runs instead: see dots.h.
//
// Chunks of work are rows of output pixels.
#pragma once

#include "dense.h"
#include "dots.h"

namespace minikeras {
namespace MINIKERAS_SET {

constexpr Index kMostSegments = 1024;  // what bind_products.cpp lets through

// A correlation with all padding already in memory: `image` rows are `pitch` floats apart.
struct Correlation {
    Index n, out_height, out_width, channels, filters, groups;
    Index kernel_height, kernel_width, stride_y, stride_x, dilation_y, dilation_x;
    Index wide;            // output pixels computed as one
    Index pitch, image;    // floats from row to row, from sample to sample of the input
    Index y_pixel, y_row, y_image;  // and of the output
    bool merged;           // a kernel row is one run of memory
    bool dots;             // few filters over long runs: see dots.h
    Index segments, steps; // runs of a window, floats of a run
};

// Pixels to compute as one: the count that wastes least of lanes and multiplications together.
inline Index best_width(Index filters, Index kernel_width, Index stride_x, Index out_width) {
    Index best = 1;
    double best_gain = 0;
    for (Index wide = 1; wide <= 8 && wide * filters <= kPanel && wide <= out_width; ++wide) {
        const double lanes = static_cast<double>(wide * filters) / (divided_up(wide * filters, kWidth) * kWidth);
        const double steps = static_cast<double>(kernel_width) / (kernel_width + (wide - 1) * stride_x);
        const double pixels = static_cast<double>(out_width) / (divided_up(out_width, wide) * wide);
        const double gain = lanes * steps * pixels;
        if (gain > best_gain * 1.05) {
            best = wide;
            best_gain = gain;
        }
    }
    return best;
}

inline Correlation correlation(const ConvShape& s, bool may_widen = true) {
    Correlation c{};
    c.n = s.n;
    c.out_height = s.out_height;
    c.out_width = s.out_width;
    c.channels = s.channels;
    c.filters = s.filters;
    c.groups = s.groups;
    c.kernel_height = s.kernel_height;
    c.kernel_width = s.kernel_width;
    c.stride_y = s.stride_y;
    c.stride_x = s.stride_x;
    c.dilation_y = s.dilation_y;
    c.dilation_x = s.dilation_x;
    c.y_pixel = s.filters;
    c.y_row = s.out_width * s.filters;
    c.y_image = s.out_height * c.y_row;
    c.merged = s.groups == 1 && s.dilation_x == 1;
    c.dots = c.merged && prefers_dots(s.filters, s.kernel_height, s.kernel_width * s.channels);
    c.wide = c.merged && may_widen && !c.dots ? best_width(s.filters, s.kernel_width, s.stride_x, s.out_width) : 1;
    const Index reach = s.kernel_width + (c.wide - 1) * s.stride_x;
    c.segments = c.merged ? s.kernel_height : s.kernel_height * s.kernel_width;
    c.steps = c.merged ? reach * s.channels : s.channels / s.groups;
    return c;
}

// Columns of input that a row of output reads, counting whole groups of `wide` pixels.
inline Index columns_read(const Correlation& c) {
    return (divided_up(c.out_width, c.wide) * c.wide - 1) * c.stride_x + (c.kernel_width - 1) * c.dilation_x + 1;
}

inline void segment_offsets(const Correlation& c, Index* a_segment) {
    for (Index i = 0; i < c.segments; ++i) {
        const Index row = c.merged ? i : i / c.kernel_width, column = c.merged ? 0 : i % c.kernel_width;
        a_segment[i] = row * c.dilation_y * c.pitch + column * c.dilation_x * c.channels;
    }
}

inline Index packed_columns(const Correlation& c) { return divided_up(c.wide * c.filters / c.groups, kPanel) * kPanel; }
inline Index padded_steps(const Correlation& c) { return divided_up(c.steps, kWidth) * kWidth; }

inline float* packed_kernel(const Correlation& c) {
    const Index size = c.dots ? c.filters * c.segments * padded_steps(c)
                              : c.groups * c.segments * c.steps * packed_columns(c);
    return scratch(kPackedWeights, static_cast<std::size_t>(size));
}

// The kernel in panels of columns, [group][panel][segment][step][kPanel], repeated for `wide` pixels.
// taps(group, row, column, channel) is where the kernel's values for all filters start, filter_stride apart;
// filters and channels count from 0 within a group.
template <class Taps>
void pack_panels(const Correlation& c, const Taps& taps, Index filter_stride, float* packed) {
    const Index filters = c.filters / c.groups, channels = c.channels / c.groups, columns = packed_columns(c);
    const Index panels = columns / kPanel, depth = c.segments * c.steps;
    const auto pack = [&](Index part) {
        const Index group = part / panels, first = part % panels * kPanel;
        float* target = packed + part * depth * kPanel;
        for (Index i = 0; i < depth; ++i, target += kPanel) {
            const Index segment = i / c.steps, step = i % c.steps, channel = step % channels;
            const Index row = c.merged ? segment : segment / c.kernel_width;
            const Index column = c.merged ? step / channels : segment % c.kernel_width;
            for (Index j = 0; j < kPanel; ++j) target[j] = 0.0f;
            for (Index pixel = first / filters; pixel < c.wide && pixel * filters < first + kPanel; ++pixel) {
                const Index tap = column - pixel * (c.merged ? c.stride_x : 0);
                if (tap < 0 || tap >= c.kernel_width) continue;
                const float* source = taps(group, row, tap, channel);
                const Index start = larger(first, pixel * filters), end = smaller(first + kPanel, (pixel + 1) * filters);
                for (Index j = start; j < end; ++j) target[j - first] = source[(j - pixel * filters) * filter_stride];
            }
        }
    };
    if (depth * columns * c.groups < kSmallWork / 8) {
        for (Index part = 0; part < c.groups * panels; ++part) pack(part);
    } else {
        parallel_for(c.groups * panels, pack);
    }
}

// The same for dots: [filter][segment][step], steps rounded up with zeros.
template <class Taps>
void pack_filters(const Correlation& c, const Taps& taps, Index filter_stride, float* packed) {
    const Index padded = padded_steps(c);
    for (Index filter = 0; filter < c.filters; ++filter) {
        for (Index row = 0; row < c.segments; ++row, packed += padded) {
            for (Index step = 0; step < padded; ++step) {
                const float* value = taps(0, row, smaller(step, c.steps - 1) / c.channels, step % c.channels);
                packed[step] = step < c.steps ? value[filter * filter_stride] : 0.0f;
            }
        }
    }
}

// Rows of the input that are known to be zero: a kernel row that meets only them adds nothing.
struct EmptyRows {
    Index top, bottom, height;  // of the padded input
};

// Calls body(output row, input row, first and end of the kernel rows that count) for some rows of all samples.
template <class Function>
MINIKERAS_INLINE void for_output_rows(const Correlation& c, const EmptyRows& empty, Index from, Index to,
                                      const Function& body) {
    Index sample = from / c.out_height, i = from % c.out_height;
    for (Index row = from; row < to; ++row, ++i) {
        if (i == c.out_height) {
            i = 0;
            ++sample;
        }
        const Index top = i * c.stride_y;
        Index low = 0, high = c.kernel_height;
        while (low < high && top + low * c.dilation_y < empty.top) ++low;
        while (high > low && top + (high - 1) * c.dilation_y >= empty.height - empty.bottom) --high;
        body(sample * c.y_image + i * c.y_row, sample * c.image + top * c.pitch, low, high);
    }
}

struct CorrelationRows {
    const Correlation& c;
    const EmptyRows& empty;
    const Index* a_segment;
    const float *x, *packed, *bias;
    int activation;
    float* y;

    void as_products(Index from, Index to) const {
        const Index filters = c.filters / c.groups, columns = c.wide * filters, panels = packed_columns(c) / kPanel;
        const Index depth = c.segments * c.steps, groups_of_pixels = divided_up(c.out_width, c.wide);
        const Index whole_groups = c.out_width / c.wide, runs = c.segments / c.kernel_height;
        const Index* const b_segment = a_segment + kMostSegments;
        float bias_panel[kPanel];
        for (Index part = 0; part < c.groups * panels; ++part) {
            const Index group = part / panels, first = part % panels * kPanel;
            const Index real = smaller(kPanel, columns - first);
            if (bias) {
                for (Index j = 0; j < real; ++j) bias_panel[j] = bias[group * filters + (first + j) % filters];
                for (Index j = real; j < kPanel; ++j) bias_panel[j] = 0.0f;
            }
            Tile t{};
            t.a_row = c.wide * c.stride_x * c.channels;
            t.a_step = 1;
            t.b_step = kPanel;
            t.steps = c.steps;
            t.c_row = c.wide * c.y_pixel;
            t.bias = bias ? bias_panel : nullptr;
            t.relu = activation == kRelu;
            t.b = packed + part * depth * kPanel;
            for_output_rows(c, empty, from, to, [&](Index target, Index source, Index low, Index high) {
                t.segments = (high - low) * runs;
                t.a_segment = a_segment + low * runs;
                t.b_segment = b_segment + low * runs;
                t.a = x + source + group * (c.channels / c.groups);
                t.c = y + target + group * filters + first;
                multiply_rows(t, 0, whole_groups, real);
                if (whole_groups < groups_of_pixels) {
                    const Index rest = (c.out_width - whole_groups * c.wide) * filters - first;
                    if (rest > 0) multiply_rows(t, whole_groups, groups_of_pixels, smaller(real, rest));
                }
            });
        }
    }

    void as_dots(Index from, Index to) const {
        DotTile t{};
        t.a_row = c.stride_x * c.channels;
        t.b_run = padded_steps(c);
        t.b_filter = c.segments * t.b_run;
        t.steps = c.steps;
        t.bias = bias;
        t.relu = activation == kRelu;
        t.c_row = c.y_pixel;
        for_output_rows(c, empty, from, to, [&](Index target, Index source, Index low, Index high) {
            t.segments = high - low;
            t.a_segment = a_segment + low;
            t.a = x + source;
            t.b = packed + low * t.b_run;
            t.c = y + target;
            multiply_dots(t, c.out_width, static_cast<int>(c.filters));
        });
    }
};

// y (n, out_height, out_width, filters) from the padded input and the kernel, which taps(...) yields.
template <class Taps>
void correlate(const Correlation& c, const float* x, const Taps& taps, Index filter_stride, const float* bias,
               int activation, const EmptyRows& empty, float* y) {
    float* const packed = packed_kernel(c);
    if (c.dots) pack_filters(c, taps, filter_stride, packed);
    else pack_panels(c, taps, filter_stride, packed);
    Index offsets[2 * kMostSegments];
    segment_offsets(c, offsets);
    for (Index i = 0; i < c.segments; ++i) offsets[kMostSegments + i] = i * c.steps * kPanel;
    const CorrelationRows run{c, empty, offsets, x, packed, bias, activation, y};
    const Index work_per_row = c.out_width * c.filters * c.segments * c.steps, rows = c.n * c.out_height;
    const bool whole = work_per_row * rows < kSmallWork;
    const Index rows_per_chunk = whole ? rows : larger(1, (kSmallWork / 4) / larger(1, work_per_row));
    parallel_for(divided_up(rows, rows_per_chunk), [&](Index chunk) {
        const Index from = chunk * rows_per_chunk, to = smaller(rows, from + rows_per_chunk);
        if (c.dots) run.as_dots(from, to);
        else run.as_products(from, to);
        if (activation > kRelu) {
            activate_in_place(y + from * c.out_width * c.filters, (to - from) * c.out_width * c.filters, activation);
        }
    });
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
