// Softmax, log-softmax and the cross-entropies over the rows of (rows, width), with their gradients.
//
// Every row is shifted by its maximum, so nothing overflows. A row is two or three passes over a few vectors that
// stay in the first-level cache; chunks of work are blocks of rows.
#pragma once

#include "kernels.h"
#include "pool.h"
#include "tile.h"

namespace minikeras {
namespace MINIKERAS_SET {

template <class Function>
void for_rows(Index rows, Index width, const Function& body) {
    const Index block = larger(1, (1 << 13) / larger(1, width)), blocks = divided_up(rows, block);
    parallel_for(blocks, [&](Index i) {
        for (Index row = i * block; row < smaller(rows, (i + 1) * block); ++row) body(row);
    });
}

inline Vector only(Vector a, int count, Vector otherwise) {
    return count == kWidth ? a : select(lanes(count), a, otherwise);
}

inline float row_maximum(const float* x, Index width) {
    Vector most = broadcast(-INFINITY);
    for_each_vector(width, [&](Index j, int some) { most = largest(only(load_some(x + j, some), some, most), most); });
    return maximum(most);
}

inline float row_sum(const float* x, Index width) {
    Vector total = zero();
    for_each_vector(width, [&](Index j, int some) { total = total + load_some(x + j, some); });
    return sum(total);
}

// y = exp(x - shift), returns its sum; y may be null.
inline float row_exponentials(const float* x, Index width, float shift, float* y) {
    Vector total = zero();
    const Vector down = broadcast(shift);
    for_each_vector(width, [&](Index j, int some) {
        const Vector e = exp(load_some(x + j, some) - down);
        if (y) store_some(y + j, e, some);
        total = total + only(e, some, zero());
    });
    return sum(total);
}

inline void row_scale(float* y, Index width, float factor) {
    const Vector f = broadcast(factor);
    for_each_vector(width, [&](Index j, int some) { store_some(y + j, load_some(y + j, some) * f, some); });
}

inline void softmax(Index rows, Index width, bool logarithm, const float* x, float* y) {
    for_rows(rows, width, [&](Index row) {
        const float *from = x + row * width, shift = row_maximum(from, width);
        float* to = y + row * width;
        if (!logarithm) {
            row_scale(to, width, 1.0f / row_exponentials(from, width, shift, to));
            return;
        }
        const Vector down = broadcast(shift), size = broadcast(std::log(row_exponentials(from, width, shift, nullptr)));
        for_each_vector(width, [&](Index j, int some) {
            store_some(to + j, load_some(from + j, some) - down - size, some);
        });
    });
}

inline void softmax_gradient(Index rows, Index width, bool logarithm, const float* dy, const float* y, float* dx) {
    for_rows(rows, width, [&](Index row) {
        const float *d = dy + row * width, *out = y + row * width;
        float* to = dx + row * width;
        Vector totals = zero();
        for_each_vector(width, [&](Index j, int some) {
            const Vector z = load_some(d + j, some);
            totals = logarithm ? totals + z : fma(z, load_some(out + j, some), totals);
        });
        const Vector total = broadcast(sum(totals));
        for_each_vector(width, [&](Index j, int some) {
            const Vector z = load_some(d + j, some), o = load_some(out + j, some);
            store_some(to + j, logarithm ? z - exp(o) * total : o * (z - total), some);
        });
    });
}

// Probabilities within [epsilon, 1 - epsilon].
inline Vector clipped(Vector p, float epsilon) {
    return smallest(largest(p, broadcast(epsilon)), broadcast(1.0f - epsilon));
}
inline bool inside(float p, float epsilon) { return p >= epsilon && p <= 1.0f - epsilon; }

inline void crossentropy(const LossShape& s, const float* target, const Index* labels, const float* output,
                         float* loss) {
    for_rows(s.rows, s.width, [&](Index row) {
        const float *out = output + row * s.width, *t = target ? target + row * s.width : nullptr;
        if (s.from_logits) {
            const float shift = row_maximum(out, s.width);
            const float size = std::log(row_exponentials(out, s.width, shift, nullptr));
            if (labels) {
                loss[row] = size - (out[labels[row]] - shift);
                return;
            }
            Vector total = zero();
            const Vector down = broadcast(shift), log_sum = broadcast(size);
            for_each_vector(s.width, [&](Index j, int some) {
                const Vector entry = (log_sum - (load_some(out + j, some) - down)) * load_some(t + j, some);
                total = total + only(entry, some, zero());
            });
            loss[row] = sum(total);
            return;
        }
        const float whole = row_sum(out, s.width);
        if (labels) {
            float p = out[labels[row]] / whole;
            p = p < s.epsilon ? s.epsilon : p > 1.0f - s.epsilon ? 1.0f - s.epsilon : p;
            loss[row] = -std::log(p);
            return;
        }
        Vector total = zero();
        const Vector share = broadcast(whole);
        for_each_vector(s.width, [&](Index j, int some) {
            const Vector p = clipped(only(load_some(out + j, some) / share, some, share), s.epsilon);
            total = total - log(p) * load_some(t + j, some);
        });
        loss[row] = sum(total);
    });
}

inline void crossentropy_gradient(const LossShape& s, const float* dloss, const float* target, const Index* labels,
                                  const float* output, float* doutput) {
    for_rows(s.rows, s.width, [&](Index row) {
        const float *out = output + row * s.width, *t = target ? target + row * s.width : nullptr;
        float* to = doutput + row * s.width;
        const float weight = dloss[row];
        const Vector d = broadcast(weight);
        if (s.from_logits) {
            const float size = row_exponentials(out, s.width, row_maximum(out, s.width), to);
            if (labels) {
                row_scale(to, s.width, weight / size);
                to[labels[row]] -= weight;
                return;
            }
            const Vector share = broadcast(row_sum(t, s.width) / size);
            for_each_vector(s.width, [&](Index j, int some) {
                store_some(to + j, (load_some(to + j, some) * share - load_some(t + j, some)) * d, some);
            });
            return;
        }
        const float whole = row_sum(out, s.width);
        if (labels) {
            const float chosen = out[labels[row]];
            const bool passes = inside(chosen / whole, s.epsilon);
            const Vector base = broadcast(passes ? weight / whole : 0.0f);
            for_each_vector(s.width, [&](Index j, int some) { store_some(to + j, base, some); });
            if (passes) to[labels[row]] -= weight / chosen;
            return;
        }
        const Vector share = broadcast(1.0f / whole);
        Vector totals = zero();
        for_each_vector(s.width, [&](Index j, int some) {
            const Vector p = load_some(out + j, some) / broadcast(whole);
            const Vector dp = zero() - d * load_some(t + j, some) / p;
            const Mask low = greater(broadcast(s.epsilon), p), high = greater(p, broadcast(1.0f - s.epsilon));
            const Vector passed = only(select(low | high, zero(), dp), some, zero());
            store_some(to + j, passed, some);
            totals = totals + only(passed * p, some, zero());
        });
        const Vector total = broadcast(sum(totals));
        for_each_vector(s.width, [&](Index j, int some) {
            store_some(to + j, (load_some(to + j, some) - total) * share, some);
        });
    });
}

// log(1 + e) for e in [0, 1]: the logarithm loses what 1 + e rounds away, which the second term puts back.
inline Vector log_one_plus(Vector e) {
    const Vector one = broadcast(1.0f), u = one + e;
    return log(u) + (e - (u - one)) / u;
}

inline Vector magnitude(Vector a) { return largest(a, zero() - a); }

inline void binary_crossentropy(const LossShape& s, const float* target, const float* output, float* loss) {
    for_each_vector(s.rows, [&](Index i, int some) {
        const Vector t = load_some(target + i, some), o = load_some(output + i, some), one = broadcast(1.0f);
        if (s.from_logits) {
            const Vector rest = log_one_plus(exp(zero() - magnitude(o)));
            store_some(loss + i, largest(zero(), o) - o * t + rest, some);
            return;
        }
        const Vector p = clipped(o, s.epsilon);
        store_some(loss + i, zero() - (t * log(p) + (one - t) * log(one - p)), some);
    });
}

inline void binary_crossentropy_gradient(const LossShape& s, const float* dloss, const float* target,
                                         const float* output, float* doutput) {
    for_each_vector(s.rows, [&](Index i, int some) {
        const Vector t = load_some(target + i, some), o = load_some(output + i, some), d = load_some(dloss + i, some);
        if (s.from_logits) {
            store_some(doutput + i, d * (sigmoid(o) - t), some);
            return;
        }
        const Vector p = clipped(o, s.epsilon), slope = (p - t) / (p * (broadcast(1.0f) - p));
        const Mask low = greater(broadcast(s.epsilon), o), high = greater(o, broadcast(1.0f - s.epsilon));
        store_some(doutput + i, select(low | high, zero(), d * slope), some);
    });
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
