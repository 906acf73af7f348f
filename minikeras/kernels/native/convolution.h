// Convolution of images (n, height, width, c), channels last, and its gradients, without im2col copies.
//
// With the padded input in memory, the window of one output pixel is kernel_height runs of kernel_width c contiguous
// floats, and the next pixel's window starts stride_x c floats later. That is exactly what the register tile
// addresses: a row of output pixels are its rows, a row of the kernel is one segment, the filters are its columns.
//
//     y   rows: pixels of an output row    columns: filters     sum over kernel rows x (kernel column, channel)
//     dw  rows: (kernel column, channel)   columns: filters     sum over output rows x pixels, per kernel row
//     dx  the same as y, over dz with a border of zeros (zeros between its pixels for strides), the kernel mirrored
//         and transposed; kernel rows that meet only the border are left out
//
// Chunks of work are rows of output pixels (y, dx) or groups of samples and kernel rows (dw), whose partial sums are
// added up in order.
#pragma once

#include "correlation.h"
#include "depthwise.h"
#include "grouped.h"
#include "lanes.h"

namespace minikeras {
namespace MINIKERAS_SET {

// Copies images into larger ones with zeros around (and, for gaps > 1, between pixels).
// element-wise `convert(source offset, count)` yields what to write.
template <class Convert>
void spread(Index n, Index height, Index width, Index channels, Index top, Index left, Index gap_y, Index gap_x,
            Index padded_height, Index padded_width, const Convert& convert, float* target) {
    const Index image = padded_height * padded_width * channels;
    const auto run = [&](Index sample) {
        float* to = target + sample * image;
        std::memset(to, 0, static_cast<std::size_t>(image) * sizeof(float));
        for (Index i = 0; i < height; ++i) {
            float* row = to + ((top + i * gap_y) * padded_width + left) * channels;
            const Index from = (sample * height + i) * width * channels;
            if (gap_x == 1) {
                for_each_vector(width * channels, [&](Index j, int some) {
                    store_some(row + j, convert(from + j, some), some);
                });
                continue;
            }
            for (Index column = 0; column < width; ++column) {
                for_each_vector(channels, [&](Index j, int some) {
                    store_some(row + column * gap_x * channels + j, convert(from + column * channels + j, some), some);
                });
            }
        }
    };
    if (n * image < kSmallWork / 16) {
        for (Index sample = 0; sample < n; ++sample) run(sample);
    } else {
        parallel_for(n, run);
    }
}

struct PaddedImages {
    const float* data;
    Index height, width;
};

// The input of a correlation with its padding in memory: the array itself where there is none.
inline PaddedImages padded_input(const ConvShape& s, const Correlation& c, const float* x) {
    const Index height = s.top + s.height + s.bottom;
    const Index width = larger(s.left + s.width + s.right, columns_read(c));
    if (height == s.height && width == s.width) return {x, height, width};
    float* target = scratch(kPaddedInput, static_cast<std::size_t>(s.n * height * width * s.channels));
    spread(s.n, s.height, s.width, s.channels, s.top, s.left, 1, 1, height, width,
           [&](Index at, int some) { return load_some(x + at, some); }, target);
    return {target, height, width};
}

inline void conv(const ConvShape& s, const float* x, const float* w, const float* b, float* y) {
    if (is_depthwise(s)) return depthwise(s, x, w, b, y);
    if (prefers_expansion(s)) return grouped(s, x, w, b, y);
    if (prefers_lanes(s)) return conv_lanes(s, x, w, b, y);
    Correlation c = correlation(s);
    const PaddedImages images = padded_input(s, c, x);
    c.pitch = images.width * s.channels;
    c.image = images.height * c.pitch;
    const Index filters = s.filters / s.groups, channels = s.channels / s.groups;
    const auto taps = [&](Index group, Index row, Index column, Index channel) {
        return w + ((row * s.kernel_width + column) * channels + channel) * s.filters + group * filters;
    };
    correlate(c, images.data, taps, 1, b, s.activation, {0, 0, images.height}, y);
}

// dw from the padded input and dz, whose rows are dz_pitch floats apart and pixels dz_pixel, zero beyond each row.
inline void kernel_gradient(const ConvShape& s, Correlation c, const float* x, const float* dz, Index dz_pixel,
                            Index dz_pitch, Index dz_image, float* dw) {
    const Index filters = s.filters / s.groups, channels = s.channels / s.groups, columns = c.wide * filters;
    const Index size = c.segments * c.steps * columns * s.groups;
    const Index parts = size > (1 << 17) ? 1 : smaller(s.n, 8);
    float* partial = scratch(kPartialSums, static_cast<std::size_t>(size * parts));
    Index offsets[3 * 1024];
    Index *a_segment = offsets, *a_row = offsets + 1024, *b_row = offsets + 2048;
    segment_offsets(c, a_segment);
    for (Index i = 0; i < s.out_height; ++i) {
        a_row[i] = i * s.stride_y * c.pitch;
        b_row[i] = i * dz_pitch;
    }
    const Index work = size * s.n * s.out_height * divided_up(s.out_width, c.wide);
    const Index tasks = parts * c.segments * s.groups;
    const auto run = [&](Index task) {
        const Index part = task / (c.segments * s.groups), segment = task / s.groups % c.segments;
        const Index group = task % s.groups;
        float* sums = partial + part * size + (group * c.segments + segment) * c.steps * columns;
        Tile t{};
        t.a_row = 1;
        t.a_step = c.wide * s.stride_x * s.channels;
        t.b_step = c.wide * dz_pixel;
        t.steps = divided_up(s.out_width, c.wide);
        t.segments = s.out_height;
        t.a_segment = a_row;
        t.b_segment = b_row;
        t.c_row = columns;
        const Index from = s.n * part / parts, to = s.n * (part + 1) / parts;
        for (Index sample = from; sample < to; ++sample) {
            t.a = x + sample * c.image + a_segment[segment] + group * channels;
            t.add = sample > from;
            for (Index first = 0; first < columns; first += kPanel) {
                t.b = dz + sample * dz_image + group * filters + first;
                t.c = sums + first;
                multiply_rows(t, 0, c.steps, smaller(kPanel, columns - first));
            }
        }
    };
    if (work < kSmallWork) {
        for (Index task = 0; task < tasks; ++task) run(task);
    } else {
        parallel_for(tasks, run);
    }
    // Fold the `wide` shifted copies and the parts, always in the same order.
    const Index taps = s.kernel_height * s.kernel_width;
    const auto fold = [&](Index tap) {
        const Index row = tap / s.kernel_width, column = tap % s.kernel_width;
        for (Index group = 0; group < s.groups; ++group) {
            for (Index channel = 0; channel < channels; ++channel) {
                float* target = dw + (tap * channels + channel) * s.filters + group * filters;
                for_each_vector(filters, [&](Index j, int some) {
                    Vector total = zero();
                    for (Index part = 0; part < parts; ++part) {
                        for (Index pixel = 0; pixel < c.wide; ++pixel) {
                            const Index segment = c.merged ? row : tap;
                            const Index step = c.merged ? (column + pixel * s.stride_x) * channels + channel : channel;
                            const float* source = partial + part * size +
                                                  ((group * c.segments + segment) * c.steps + step) * columns;
                            total = total + load_some(source + pixel * filters + j, some);
                        }
                    }
                    store_some(target + j, total, some);
                });
            }
        }
    };
    if (size * parts < kSmallWork / 4) {
        for (Index tap = 0; tap < taps; ++tap) fold(tap);
    } else {
        parallel_for(taps, fold);
    }
}

// How many kernel rows (or columns) meet the pixels of one class: those whose position in the padded image leaves the
// same rest when divided by the stride.
inline Index taps_of_class(Index kernel, Index stride, Index rest) {
    return rest < kernel ? (kernel - 1 - rest) / stride + 1 : 0;
}

// dx for strides: each class of pixels is a correlation of its own over dz, with every stride-th row and column of
// the kernel, and no multiplications by zeros between pixels.
inline void strided_input_gradient(const ConvShape& s, const float* dz, const float* w, float* dx) {
    const Index filters = s.filters / s.groups, channels = s.channels / s.groups;
    const Index most_y = taps_of_class(s.kernel_height, s.stride_y, 0) - 1;
    const Index most_x = taps_of_class(s.kernel_width, s.stride_x, 0) - 1;
    const Index height = most_y + larger(s.out_height, (s.height - 1 + s.top) / s.stride_y + 1);
    const Index width = most_x + larger(s.out_width, (s.width - 1 + s.left) / s.stride_x + 1);
    const float* images = dz;
    if (height != s.out_height || width != s.out_width) {
        float* target = scratch(kPaddedInput, static_cast<std::size_t>(s.n * height * width * s.filters));
        spread(s.n, s.out_height, s.out_width, s.filters, most_y, most_x, 1, 1, height, width,
               [&](Index at, int some) { return load_some(dz + at, some); }, target);
        images = target;
    }
    if (s.stride_y > s.kernel_height || s.stride_x > s.kernel_width) {
        std::memset(dx, 0, static_cast<std::size_t>(s.n * s.height * s.width * s.channels) * sizeof(float));
    }
    for (Index y = 0; y < smaller(s.stride_y, s.height); ++y) {
        for (Index x = 0; x < smaller(s.stride_x, s.width); ++x) {
            const Index rest_y = (y + s.top) % s.stride_y, rest_x = (x + s.left) % s.stride_x;
            ConvShape r = s;
            r.kernel_height = taps_of_class(s.kernel_height, s.stride_y, rest_y);
            r.kernel_width = taps_of_class(s.kernel_width, s.stride_x, rest_x);
            if (r.kernel_height == 0 || r.kernel_width == 0) continue;
            r.channels = s.filters;
            r.filters = s.channels;
            r.out_height = (s.height - 1 - y) / s.stride_y + 1;
            r.out_width = (s.width - 1 - x) / s.stride_x + 1;
            r.stride_y = r.stride_x = 1;
            Correlation back = correlation(r, s.stride_x == 1);
            back.pitch = width * s.filters;
            back.image = height * back.pitch;
            back.y_pixel = s.stride_x * s.channels;
            back.y_row = s.stride_y * s.width * s.channels;
            back.y_image = s.height * s.width * s.channels;
            const auto taps = [&](Index group, Index row, Index column, Index filter) {
                const Index tap_y = rest_y + (r.kernel_height - 1 - row) * s.stride_y;
                const Index tap_x = rest_x + (r.kernel_width - 1 - column) * s.stride_x;
                return w + (tap_y * s.kernel_width + tap_x) * channels * s.filters + group * filters + filter;
            };
            // Pixel q of the class reads dz from q - (taps - 1) to q.
            const Index first_y = (y + s.top) / s.stride_y - (r.kernel_height - 1) + most_y;
            const Index first_x = (x + s.left) / s.stride_x - (r.kernel_width - 1) + most_x;
            correlate(back, images + first_y * back.pitch + first_x * s.filters, taps, s.filters, nullptr, kLinear,
                      {0, 0, height - first_y}, dx + (y * s.width + x) * s.channels);
        }
    }
}

inline void conv_gradient(const ConvShape& s, const float* dy, const float* x, const float* w, const float* y,
                          float* dx, float* dw, float* db) {
    if (is_depthwise(s)) return depthwise_gradient(s, dy, x, w, y, dx, dw, db);
    const bool strided = s.stride_y > 1 || s.stride_x > 1;
    if (prefers_expansion(s) && !(dx && strided)) return grouped_gradient(s, dy, x, w, y, dx, dw, db);
    if (dx && strided && s.dilation_y == 1 && s.dilation_x == 1) {
        const Index count = s.n * s.out_height * s.out_width * s.filters;
        strided_input_gradient(s, before_activation_of(count, dy, y, s.activation), w, dx);
        if (dw || db) conv_gradient(s, dy, x, w, y, nullptr, dw, db);
        return;
    }
    if (prefers_lanes(s) && (!dx || (s.stride_y == 1 && s.stride_x == 1))) {
        return conv_gradient_lanes(s, dy, x, w, y, dx, dw, db);
    }
    Correlation forward = correlation(s, !dx || s.stride_x == 1);  // dz is read in runs of `wide` pixels
    // The correlation that gives dx, over dz with gaps for the strides and a border for the kernel's reach.
    ConvShape r = s;
    const Index reach_y = (s.kernel_height - 1) * s.dilation_y, reach_x = (s.kernel_width - 1) * s.dilation_x;
    r.channels = s.filters;
    r.filters = s.channels;
    r.out_height = s.height;
    r.out_width = s.width;
    r.stride_y = r.stride_x = 1;
    Correlation back = correlation(r);
    const Index groups_of_pixels = divided_up(s.out_width, forward.wide) * forward.wide;
    const Index top = dx ? reach_y - s.top : 0, left = dx ? reach_x - s.left : 0;
    const Index gap_y = dx ? s.stride_y : 1, gap_x = dx ? s.stride_x : 1;
    const Index height = dx ? s.height + reach_y : s.out_height;
    const Index width = larger(dx ? columns_read(back) : s.out_width, left + (groups_of_pixels - 1) * gap_x + 1);
    const bool separate = dx || s.activation != kLinear || width != s.out_width;
    const float* dz = dy;
    if (separate) {
        float* target = scratch(kPaddedGradient, static_cast<std::size_t>(s.n * height * width * s.filters));
        const int activation = s.activation;
        spread(s.n, s.out_height, s.out_width, s.filters, top, left, gap_y, gap_x, height, width,
               [&](Index at, int some) {
                   const Vector d = load_some(dy + at, some);
                   return activation == kLinear ? d : before_activation(d, load_some(y + at, some), activation);
               }, target);
        dz = target;
    }
    const Index pitch = (separate ? width : s.out_width) * s.filters;
    const Index image = (separate ? height : s.out_height) * pitch;
    if (dw) {
        const PaddedImages images = padded_input(s, forward, x);
        forward.pitch = images.width * s.channels;
        forward.image = images.height * forward.pitch;
        kernel_gradient(s, forward, images.data, dz + top * pitch + left * s.filters, gap_x * s.filters,
                        gap_y * pitch, image, dw);
    }
    if (db) {
        if (separate) sum_rows(dz, s.n * image / s.filters, s.filters, db);
        else sum_rows(dz, s.n * s.out_height * s.out_width, s.filters, db);
    }
    if (dx) {
        back.pitch = pitch;
        back.image = image;
        const Index filters = s.filters / s.groups, channels = s.channels / s.groups;
        const auto taps = [&](Index group, Index row, Index column, Index filter) {
            const Index mirrored = (s.kernel_height - 1 - row) * s.kernel_width + s.kernel_width - 1 - column;
            return w + mirrored * channels * s.filters + group * filters + filter;
        };
        const Index below = height - top - (s.out_height - 1) * gap_y - 1;
        correlate(back, dz, taps, s.filters, nullptr, kLinear, {top, below, height}, dx);
    }
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
