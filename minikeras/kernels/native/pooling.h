// Max and average pooling over images (n, height, width, c) and their gradients.
//
// One output pixel at a time, all its channels in vectors: the window's pixels are read where they lie, so nothing is
// copied, and even a few channels cost only one partly filled vector per tap. (Windows of 2 x 2 over few channels fill
// whole vectors with neighbouring pixels: see narrow_pooling.h.) Max pooling keeps
// the number of the winning tap as one byte per output; its gradient compares that byte with each tap, and where windows
// do not overlap every input pixel is written exactly once. Chunks of work are samples.
#pragma once

#include "narrow_pooling.h"

namespace minikeras {
namespace MINIKERAS_SET {

// The part of an output pixel's window that lies in the image.
struct Window {
    Index top, left;  // of the whole window, may be outside
    Index first_row, end_row, first_column, end_column;

    Window(const PoolShape& s, Index i, Index j)
        : top(i * s.stride_y - s.top), left(j * s.stride_x - s.left), first_row(larger(0, -top)),
          end_row(smaller(s.window_height, s.height - top)), first_column(larger(0, -left)),
          end_column(smaller(s.window_width, s.width - left)) {}

    Index size() const { return (end_row - first_row) * (end_column - first_column); }
};

// Windows of 2 x 2, side by side, all inside the image: the usual case, without the bookkeeping of the others.
inline bool is_halving(const PoolShape& s) {
    return s.window_height == 2 && s.window_width == 2 && s.stride_y == 2 && s.stride_x == 2 && s.top == 0 &&
           s.left == 0 && 2 * s.out_height <= s.height && 2 * s.out_width <= s.width;
}

// Runs body(offset of the output pixel, offset of the window's first pixel) for every output pixel of some samples.
template <class Function>
void for_halves(const PoolShape& s, Index from, Index to, const Function& body) {
    const Index row = s.width * s.channels;
    Index at = from * s.out_height * s.out_width * s.channels;
    for (Index sample = from; sample < to; ++sample) {
        for (Index i = 0; i < s.out_height; ++i) {
            Index corner = (sample * s.height + 2 * i) * row;
            for (Index j = 0; j < s.out_width; ++j, at += s.channels, corner += 2 * s.channels) body(at, corner);
        }
    }
}

inline void halve(const PoolShape& s, const float* x, float* y, std::uint8_t* winners) {
    if (is_narrow(s)) return halve_narrow(s, x, y, winners);
    const Index right = s.channels, below = s.width * s.channels;
    const Vector one = broadcast(1.0f), two = broadcast(2.0f), three = broadcast(3.0f);
    for_samples(s, [&](Index from, Index to) {
        for_halves(s, from, to, [&](Index at, Index corner) {
            for_each_vector(s.channels, [&](Index channel, int some) {
                const float* p = x + corner + channel;
                Vector best = load_some(p, some), winner = zero();
                const auto meet = [&](const float* other, Vector tap) {
                    const Vector candidate = load_some(other, some);
                    const Mask better = greater(candidate, best) | unordered(candidate);
                    best = select(better, candidate, best);
                    winner = select(better, tap, winner);
                };
                meet(p + right, one);
                meet(p + below, two);
                meet(p + below + right, three);
                store_some(y + at + channel, best, some);
                store_bytes(winners + at + channel, winner, some);
            });
        });
    });
}

inline void halve_gradient(const PoolShape& s, const float* dy, const std::uint8_t* winners, float* dx) {
    if (is_narrow(s)) return halve_narrow_gradient(s, dy, winners, dx);
    const Index right = s.channels, below = s.width * s.channels, size = s.height * below;
    const bool covers = s.height == 2 * s.out_height && s.width == 2 * s.out_width;
    for_samples(s, [&](Index from, Index to) {
        if (!covers) std::memset(dx + from * size, 0, static_cast<std::size_t>((to - from) * size) * sizeof(float));
        for_halves(s, from, to, [&](Index at, Index corner) {
            for_each_vector(s.channels, [&](Index channel, int some) {
                const Vector d = load_some(dy + at + channel, some), winner = load_bytes(winners + at + channel, some);
                float* p = dx + corner + channel;
                const auto give = [&](float* to_pixel, float tap) {
                    store_some(to_pixel, select(equal(winner, broadcast(tap)), d, zero()), some);
                };
                give(p, 0.0f);
                give(p + right, 1.0f);
                give(p + below, 2.0f);
                give(p + below + right, 3.0f);
            });
        });
    });
}

inline void max_pool(const PoolShape& s, const float* x, float* y, std::uint8_t* winners) {
    if (is_halving(s)) return halve(s, x, y, winners);
    for_samples(s, [&](Index from, Index to) {
        Index at = from * s.out_height * s.out_width * s.channels;
        for (Index sample = from; sample < to; ++sample) {
            const float* image = x + sample * s.height * s.width * s.channels;
            for (Index i = 0; i < s.out_height; ++i) {
                for (Index j = 0; j < s.out_width; ++j, at += s.channels) {
                    const Window window(s, i, j);
                    for_each_vector(s.channels, [&](Index channel, int some) {
                        Vector best = broadcast(-INFINITY), winner = zero();
                        bool first = true;
                        for (Index row = window.first_row; row < window.end_row; ++row) {
                            const float* line = image + (window.top + row) * s.width * s.channels + channel;
                            for (Index column = window.first_column; column < window.end_column; ++column) {
                                const Vector candidate = load_some(line + (window.left + column) * s.channels, some);
                                const Vector tap = broadcast(static_cast<float>(row * s.window_width + column));
                                const Mask better = greater(candidate, best) | unordered(candidate);
                                best = first ? candidate : select(better, candidate, best);
                                winner = first ? tap : select(better, tap, winner);
                                first = false;
                            }
                        }
                        store_some(y + at + channel, best, some);
                        store_bytes(winners + at + channel, winner, some);
                    });
                }
            }
        }
    });
}

// Adds gradient(vector offset, count, tap) of every output to the input pixels of its window.
template <class Gradient>
void pool_gradient(const PoolShape& s, const Gradient& gradient, float* dx) {
    const bool apart = s.stride_y >= s.window_height && s.stride_x >= s.window_width;
    const bool tiled = s.stride_y == s.window_height && s.stride_x == s.window_width && s.top == 0 && s.left == 0 &&
                       s.out_height * s.stride_y >= s.height && s.out_width * s.stride_x >= s.width;
    for_samples(s, [&](Index from, Index to) {
        const Index size = s.height * s.width * s.channels;
        if (!tiled) std::memset(dx + from * size, 0, static_cast<std::size_t>((to - from) * size) * sizeof(float));
        Index at = from * s.out_height * s.out_width * s.channels;
        for (Index sample = from; sample < to; ++sample) {
            float* image = dx + sample * size;
            for (Index i = 0; i < s.out_height; ++i) {
                for (Index j = 0; j < s.out_width; ++j, at += s.channels) {
                    const Window window(s, i, j);
                    for_each_vector(s.channels, [&](Index channel, int some) {
                        const auto share = gradient(at + channel, some, window.size());
                        for (Index row = window.first_row; row < window.end_row; ++row) {
                            float* line = image + (window.top + row) * s.width * s.channels + channel;
                            for (Index column = window.first_column; column < window.end_column; ++column) {
                                float* target = line + (window.left + column) * s.channels;
                                const Vector d = share(static_cast<float>(row * s.window_width + column));
                                store_some(target, apart ? d : d + load_some(target, some), some);
                            }
                        }
                    });
                }
            }
        }
    });
}

inline void max_pool_gradient(const PoolShape& s, const float* dy, const std::uint8_t* winners, float* dx) {
    if (is_halving(s)) return halve_gradient(s, dy, winners, dx);
    pool_gradient(s, [&](Index at, int some, Index) {
        const Vector d = load_some(dy + at, some), winner = load_bytes(winners + at, some);
        return [=](float tap) { return select(equal(winner, broadcast(tap)), d, zero()); };
    }, dx);
}

inline void average_pool(const PoolShape& s, const float* x, float* y) {
    for_samples(s, [&](Index from, Index to) {
        float* target = y + from * s.out_height * s.out_width * s.channels;
        for (Index sample = from; sample < to; ++sample) {
            const float* image = x + sample * s.height * s.width * s.channels;
            for (Index i = 0; i < s.out_height; ++i) {
                for (Index j = 0; j < s.out_width; ++j, target += s.channels) {
                    const Window window(s, i, j);
                    const Vector share = broadcast(1.0f / static_cast<float>(larger(1, window.size())));
                    for_each_vector(s.channels, [&](Index channel, int some) {
                        Vector total = zero();
                        for (Index row = window.first_row; row < window.end_row; ++row) {
                            const float* line = image + (window.top + row) * s.width * s.channels + channel;
                            for (Index column = window.first_column; column < window.end_column; ++column) {
                                total = total + load_some(line + (window.left + column) * s.channels, some);
                            }
                        }
                        store_some(target + channel, total * share, some);
                    });
                }
            }
        }
    });
}

inline void average_pool_gradient(const PoolShape& s, const float* dy, float* dx) {
    pool_gradient(s, [&](Index at, int some, Index size) {
        const Vector d = load_some(dy + at, some) * broadcast(1.0f / static_cast<float>(larger(1, size)));
        return [=](float) { return d; };
    }, dx);
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
