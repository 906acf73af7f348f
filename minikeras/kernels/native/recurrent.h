// LSTM, GRU and simple recurrent networks over whole sequences, and their gradients.
//
// What does not depend on the state, x w + b for all steps, is one large product; so are the weight gradients, after
// the walk. Only h u is left in the recurrence. Its rows (samples) do not depend on each other, so a chunk of work is a
// block of kBlockRows samples that walks through all steps on its own: threads never wait for each other between
// steps. u is packed into panels once, and stays in cache for all steps.
//
// Inside, arrays are laid out time first, in the order walked: gates (steps, n, gates units), states
// (steps + 1, n, units). The names and formulas are those of `reference/recurrent.py`, as is what is saved.
#pragma once

#include "dense.h"

namespace minikeras {
namespace MINIKERAS_SET {

constexpr Index kBlockRows = 16;

// The rows of one block at one step, for the cells below.
struct Rows {
    Index from, count;  // samples
    Index step;
};

// x (n, steps, width) as (steps, n, width) in the order walked, or back.
inline void to_time_major(const SequenceShape& s, Index width, const float* x, float* target) {
    parallel_for(s.steps * s.n * width < (1 << 15) ? 1 : smaller(s.n, 16), [&](Index chunk) {
        const Index chunks = s.steps * s.n * width < (1 << 15) ? 1 : smaller(s.n, 16);
        for (Index i = s.n * chunk / chunks; i < s.n * (chunk + 1) / chunks; ++i) {
            for (Index t = 0; t < s.steps; ++t) {
                const Index read = s.reverse ? s.steps - 1 - t : t;
                std::memcpy(target + (t * s.n + i) * width, x + (i * s.steps + read) * width,
                            static_cast<std::size_t>(width) * sizeof(float));
            }
        }
    });
}
inline void from_time_major(const SequenceShape& s, Index width, const float* walked, float* target) {
    for (Index i = 0; i < s.n; ++i) {
        for (Index t = 0; t < s.steps; ++t) {
            const Index write = s.reverse ? s.steps - 1 - t : t;
            std::memcpy(target + (i * s.steps + write) * width, walked + (t * s.n + i) * width,
                        static_cast<std::size_t>(width) * sizeof(float));
        }
    }
}

// u (rows, columns) in panels, or u^T in panels.
inline void pack_panels(const float* u, Index rows, Index columns, bool transposed, float* packed) {
    const Index width = transposed ? rows : columns, depth = transposed ? columns : rows;
    for (Index from = 0; from < width; from += kPanel) {
        const Index some = smaller(kPanel, width - from);
        float* target = packed + from * depth;
        if (transposed) {
            pack_transposed(u + from * columns, columns, some, columns, target);
            continue;
        }
        for (Index k = 0; k < depth; ++k, target += kPanel) {
            for (Index j = 0; j < kPanel; ++j) target[j] = j < some ? u[k * columns + from + j] : 0.0f;
        }
    }
}
inline std::size_t panel_floats(Index width, Index depth) {
    return static_cast<std::size_t>(divided_up(width, kPanel) * kPanel * depth);
}

// c (rows, width) (+)= a (rows, depth) times packed panels.
inline void multiply_packed(const float* a, Index rows, Index depth, const float* packed, Index width, bool add,
                            const float* bias, float* c) {
    Tile t{};
    t.a = a;
    t.a_row = depth;
    t.a_step = 1;
    t.b_step = kPanel;
    t.steps = depth;
    t.segments = 1;
    t.a_segment = t.b_segment = kZeroOffset;
    t.c_row = width;
    t.add = add;
    for (Index from = 0; from < width; from += kPanel) {
        t.b = packed + from * depth;
        t.c = c + from;
        t.bias = bias ? bias + from : nullptr;
        multiply_rows(t, 0, rows, smaller(kPanel, width - from));
    }
}

// Runs body(first sample, samples) for every block of rows.
template <class Function>
void for_blocks(const SequenceShape& s, const Function& body) {
    parallel_for(divided_up(s.n, kBlockRows), [&](Index block) {
        const Index from = block * kBlockRows;
        body(from, smaller(kBlockRows, s.n - from));
    });
}

inline void copy(const float* from, float* to, Index count) {
    std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
}

// After step t: where a sample is masked out, its states stay and its output repeats; else the output is h.
inline void finish_step(const SequenceShape& s, const Sequence& q, Rows rows) {
    const Index units = s.units, size = s.n * units;
    for (Index i = rows.from; i < rows.from + rows.count; ++i) {
        const Index at = rows.step * size + i * units;
        float* output = q.outputs + (i * s.steps + rows.step) * units;
        if (!q.mask || q.mask[rows.step * s.n + i]) {
            copy(q.hs + at + size, output, units);
            continue;
        }
        copy(q.hs + at, q.hs + at + size, units);
        if (q.cs) copy(q.cs + at, q.cs + at + size, units);
        if (rows.step > 0) copy(output - units, output, units);
        else std::memset(output, 0, static_cast<std::size_t>(units) * sizeof(float));
    }
}

inline void start_sequence(const SequenceShape& s, const Sequence& q, const float* bias) {
    float* walked = scratch(kStates, static_cast<std::size_t>(s.n * s.steps * s.inputs));
    to_time_major(s, s.inputs, q.x, walked);
    const Index width = s.gates * s.units;
    multiply({s.n * s.steps, width, s.inputs, walked, s.inputs, 1, q.w, width, false, bias, false, q.gates});
    copy(q.h, q.hs, s.n * s.units);
    if (q.cs) copy(q.c, q.cs, s.n * s.units);
}

inline void lstm(const SequenceShape& s, const Sequence& q) {
    start_sequence(s, q, q.b);
    const Index units = s.units, width = 4 * units;
    float* packed = scratch(kPackedWeights, panel_floats(width, units));
    pack_panels(q.u, units, width, false, packed);
    for_blocks(s, [&](Index from, Index count) {
        for (Index t = 0; t < s.steps; ++t) {
            const Index row = t * s.n + from;
            multiply_packed(q.hs + row * units, count, units, packed, width, true, nullptr, q.gates + row * width);
            for (Index i = 0; i < count; ++i) {
                float* gate = q.gates + (row + i) * width;
                const float* c = q.cs + (row + i) * units;
                float *next_c = q.cs + (row + s.n + i) * units, *next_h = q.hs + (row + s.n + i) * units;
                for_each_vector(units, [&](Index j, int some) {
                    const Vector in = activated(load_some(gate + j, some), s.recurrent);
                    const Vector forget = activated(load_some(gate + units + j, some), s.recurrent);
                    const Vector candidate = activated(load_some(gate + 2 * units + j, some), s.activation);
                    const Vector out = activated(load_some(gate + 3 * units + j, some), s.recurrent);
                    store_some(gate + j, in, some);
                    store_some(gate + units + j, forget, some);
                    store_some(gate + 2 * units + j, candidate, some);
                    store_some(gate + 3 * units + j, out, some);
                    const Vector cell = fma(in, candidate, forget * load_some(c + j, some));
                    store_some(next_c + j, cell, some);
                    store_some(next_h + j, out * activated(cell, s.activation), some);
                });
            }
            finish_step(s, q, {from, count, t});
        }
    });
}

inline void gru(const SequenceShape& s, const Sequence& q) {
    start_sequence(s, q, q.b);
    const Index units = s.units, width = 3 * units;
    float* packed = scratch(kPackedWeights, panel_floats(width, units));
    pack_panels(q.u, units, width, false, packed);
    float* products = scratch(kMore, static_cast<std::size_t>(s.n * width));
    const float* bias = q.b ? q.b + width : nullptr;
    for_blocks(s, [&](Index from, Index count) {
        for (Index t = 0; t < s.steps; ++t) {
            const Index row = t * s.n + from;
            multiply_packed(q.hs + row * units, count, units, packed, width, false, bias, products + from * width);
            for (Index i = 0; i < count; ++i) {
                float *gate = q.gates + (row + i) * width, *inner = q.inner + (row + i) * units;
                const float *product = products + (from + i) * width, *h = q.hs + (row + i) * units;
                float* next = q.hs + (row + s.n + i) * units;
                for_each_vector(units, [&](Index j, int some) {
                    const auto gated = [&](Index at) {
                        return activated(load_some(gate + at + j, some) + load_some(product + at + j, some), s.recurrent);
                    };
                    const Vector z = gated(0), r = gated(units), held = load_some(product + 2 * units + j, some);
                    const Vector g = activated(fma(r, held, load_some(gate + 2 * units + j, some)), s.activation);
                    store_some(gate + j, z, some);
                    store_some(gate + units + j, r, some);
                    store_some(gate + 2 * units + j, g, some);
                    store_some(inner + j, held, some);
                    store_some(next + j, fma(z, load_some(h + j, some) - g, g), some);
                });
            }
            finish_step(s, q, {from, count, t});
        }
    });
}

inline void simple_rnn(const SequenceShape& s, const Sequence& q) {
    start_sequence(s, q, q.b);
    const Index units = s.units;
    float* packed = scratch(kPackedWeights, panel_floats(units, units));
    pack_panels(q.u, units, units, false, packed);
    for_blocks(s, [&](Index from, Index count) {
        for (Index t = 0; t < s.steps; ++t) {
            const Index row = t * s.n + from;
            float* gate = q.gates + row * units;
            multiply_packed(q.hs + row * units, count, units, packed, units, true, nullptr, gate);
            activate_in_place(gate, count * units, s.activation);
            copy(gate, q.hs + (row + s.n) * units, count * units);
            finish_step(s, q, {from, count, t});
        }
    });
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
