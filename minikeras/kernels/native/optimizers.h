// Optimizer updates over flat arrays, one pass each; and the squared norm, summed over fixed blocks in order.
//
// An update reads and writes every array once: memory sets the pace, so chunks are large runs. Adam's square root and
// quotient are the processor's estimates after one Newton step, which is as exact as float32 rounding and several
// times faster. The formulas are in the reference, `reference/optimizers.py`.
#pragma once

#include "kernels.h"
#include "pool.h"
#include "tile.h"

namespace minikeras {
namespace MINIKERAS_SET {

constexpr Index kRun = 1 << 14;

inline void update_run(const Update& u, Index count, float* w, const float* g, float* s0, float* s1, float* s2) {
    const Vector rate = broadcast(u.rate), epsilon = broadcast(u.epsilon);
    const Vector first = broadcast(u.first), second = broadcast(u.second);
    const Vector rest_1 = broadcast(u.rest);
    for_each_vector(count, [&](Index i, int some) {
        const auto get = [&](const float* p) { return load_some(p + i, some); };
        const auto put = [&](float* p, Vector a) { store_some(p + i, a, some); };
        const Vector d = get(g);
        switch (u.rule) {
            case kSgd: put(w, get(w) - rate * d); break;
            case kMomentum:
            case kNesterov: {
                const Vector v = first * get(s0) - rate * d;
                put(s0, v);
                put(w, get(w) + (u.rule == kNesterov ? first * v - rate * d : v));
                break;
            }
            case kAdam:
            case kAmsgrad: {
                Vector m = get(s0), v = get(s1);
                m = fma(d - m, first, m);
                v = fma(d * d - v, second, v);
                put(s0, m);
                put(s1, v);
                if (u.rule == kAmsgrad) {
                    v = largest(get(s2), v);
                    put(s2, v);
                }
                put(w, get(w) - rate * m * quick_reciprocal(quick_sqrt(v) + epsilon));
                break;
            }
            case kRmsprop: {
                const Vector v = first * get(s0) + rest_1 * d * d;
                put(s0, v);
                Vector centre = v;
                if (u.centered) {
                    const Vector mean = first * get(s2) + rest_1 * d;
                    put(s2, mean);
                    centre = v - mean * mean;
                }
                Vector step = rate * d / sqrt(centre + epsilon);
                if (u.momentum) {
                    step = second * get(s1) + step;
                    put(s1, step);
                }
                put(w, get(w) - step);
                break;
            }
            case kAdagrad: {
                const Vector a = get(s0) + d * d;
                put(s0, a);
                put(w, get(w) - rate * d / sqrt(a + epsilon));
                break;
            }
            case kAdadelta: {
                const Vector a = first * get(s0) + rest_1 * d * d, before = get(s1);
                const Vector delta = zero() - sqrt(before + epsilon) * d / sqrt(a + epsilon);
                put(s0, a);
                put(s1, first * before + rest_1 * delta * delta);
                put(w, get(w) + rate * delta);
                break;
            }
        }
    });
}

inline void update(const Update& u, float* w, const float* g, float* const slots[3]) {
    parallel_for(divided_up(u.count, kRun), [&](Index run) {
        const Index at = run * kRun;
        const auto slot = [&](int i) { return slots[i] ? slots[i] + at : nullptr; };
        update_run(u, smaller(kRun, u.count - at), w + at, g + at, slot(0), slot(1), slot(2));
    });
}

inline double squared_norm(Index count, const float* g) {
    constexpr Index kMost = 4096;
    const Index run = larger(kRun, divided_up(count, kMost)), runs = divided_up(count, run);
    double sums[kMost];
    parallel_for(runs, [&](Index i) {
        const Index from = i * run;
        double total = 0;
        for (Index at = from; at < smaller(count, from + run); at += 1024) {  // float32 sums stay short
            Vector part[2] = {zero(), zero()};
            int turn = 0;
            for_each_vector(smaller(1024, smaller(count, from + run) - at), [&](Index j, int some) {
                const Vector d = load_some(g + at + j, some);
                part[turn] = fma(d, d, part[turn]);
                turn ^= 1;
            });
            total += sum(part[0] + part[1]);
        }
        sums[i] = total;
    });
    double total = 0;
    for (Index i = 0; i < runs; ++i) total += sums[i];
    return total;
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
