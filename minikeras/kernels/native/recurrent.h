// LSTM, GRU and simple recurrent networks over whole sequences, and their gradients.
//
// A sample never meets another one: so a chunk of work is a block of samples that walks through all steps on its own,
// and threads never wait for each other between steps. At each step the block's inputs and states stand side by side,
// [x, h], and are multiplied with the stacked weights [w; u]: x w is not a product of its own, because its result
// would leave the cache before the walk came to use it. The weights are packed into panels once and stay in the
// second-level cache for all steps; the gates of a step are activated while they are in the first-level cache.
//
// Gates (steps, n, gates units) and states (steps + 1, n, units) are laid out time first, in the order walked. Names
// and formulas are those of `reference/recurrent.py`, as is what is saved.
#pragma once

#include "dense.h"

namespace minikeras {
namespace MINIKERAS_SET {

// Samples that walk together: two tiles' worth where there are enough of them for two threads.
inline Index rows_of_blocks(const SequenceShape& s) { return s.n > 16 ? 16 : 8; }

inline void copy(const float* from, float* to, Index count) {
    std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
}
inline void clear(float* to, Index count) { std::memset(to, 0, static_cast<std::size_t>(count) * sizeof(float)); }

// The step of x that is read at step t of the walk.
inline Index step_read(const SequenceShape& s, Index t) { return s.reverse ? s.steps - 1 - t : t; }

// Weights in panels of kPanel columns, each with `depth` rows.
struct Panels {
    float* data;
    Index depth, columns;

    Index floats() const { return divided_up(columns, kPanel) * kPanel * depth; }
};

// Columns `first` and on of the stacked weights [w; u].
inline void pack_stacked(const SequenceShape& s, const float* w, const float* u, Index first, const Panels& to) {
    const Index width = s.gates * s.units;
    float* target = to.data;
    for (Index from = 0; from < to.columns; from += kPanel) {
        const Index some = smaller(kPanel, to.columns - from);
        for (Index k = 0; k < to.depth; ++k, target += kPanel) {
            const float* source = (k < s.inputs ? w + k * width : u + (k - s.inputs) * width) + first + from;
            for (Index j = 0; j < kPanel; ++j) target[j] = j < some ? source[j] : 0.0f;
        }
    }
}

// Columns `first` and on of weights (rows, gates units), transposed.
inline void pack_turned(const SequenceShape& s, const float* weights, Index first, const Panels& to) {
    const Index width = s.gates * s.units;
    for (Index from = 0; from < to.columns; from += kPanel) {
        pack_transposed(weights + from * width + first, width, smaller(kPanel, to.columns - from), to.depth,
                        to.data + from * to.depth);
    }
}

// c (+)= a b + bias for some rows: a has `depth` columns, which meet the rows of b from `start` on.
struct Rows {
    const float* a;
    Index a_row, count;
};
inline void multiply_panels(Rows rows, const Panels& b, Index start, Index depth, const float* bias, bool add,
                            float* c, Index c_row) {
    Tile t{};
    t.a = rows.a;
    t.a_row = rows.a_row;
    t.a_step = 1;
    t.b_step = kPanel;
    t.steps = depth;
    t.segments = 1;
    t.a_segment = t.b_segment = kZeroOffset;
    t.c_row = c_row;
    t.add = add;
    for (Index from = 0; from < b.columns; from += kPanel) {
        t.b = b.data + from * b.depth + start * kPanel;
        t.c = c + from;
        t.bias = bias ? bias + from : nullptr;
        multiply_rows(t, 0, rows.count, smaller(kPanel, b.columns - from));
    }
}

// One block of samples on its walk.
struct Walk {
    const SequenceShape& s;
    const Sequence& q;
    Index from, count;  // samples
    Index depth;
    float* stacked;  // [x, h] of each

    Walk(const SequenceShape& shape, const Sequence& sequence, Index first, Index samples)
        : s(shape), q(sequence), from(first), count(samples), depth(shape.inputs + shape.units),
          stacked(scratch(kLine, static_cast<std::size_t>(samples * depth))) {
        copy(q.h + from * s.units, q.hs + from * s.units, count * s.units);
        if (q.cs) copy(q.c + from * s.units, q.cs + from * s.units, count * s.units);
        for (Index i = 0; i < count; ++i) copy(q.h + (from + i) * s.units, state(i), s.units);
    }

    float* state(Index i) const { return stacked + i * depth + s.inputs; }
    float* output(Index i, Index t) const { return q.outputs + ((from + i) * s.steps + t) * s.units; }
    Index row(Index t) const { return t * s.n + from; }

    void read_inputs(Index t) const {
        const float* x = q.x + (from * s.steps + step_read(s, t)) * s.inputs;
        for (Index i = 0; i < count; ++i) copy(x + i * s.steps * s.inputs, stacked + i * depth, s.inputs);
    }

    // Products of [x, h], of x alone or of h alone.
    void multiply(const Panels& b, const float* bias, float* c, Index c_row) const {
        multiply_panels({stacked, depth, count}, b, 0, depth, bias, false, c, c_row);
    }
    void multiply_inputs(const Panels& b, const float* bias, float* c, Index c_row) const {
        multiply_panels({stacked, depth, count}, b, 0, s.inputs, bias, false, c, c_row);
    }
    void multiply_states(const Panels& b, const float* bias, float* c, Index c_row) const {
        multiply_panels({stacked + s.inputs, depth, count}, b, s.inputs, s.units, bias, false, c, c_row);
    }

    // The new state of sample i, to everywhere it is read.
    template <class Lane, class V>
    void put_state(Index i, Index t, Index unit, const V& h, const Lane& lane) const {
        lane.store(q.hs + (row(t + 1) + i) * s.units + unit, h);
        lane.store(output(i, t) + unit, h);
        lane.store(state(i) + unit, h);
    }

    // Where a sample is masked out at step t, its states stay and its output repeats.
    void hold_masked(Index t) const {
        if (!q.mask) return;
        for (Index i = 0; i < count; ++i) {
            if (q.mask[row(t) + i]) continue;
            const Index before = (row(t) + i) * s.units, after = (row(t + 1) + i) * s.units;
            copy(q.hs + before, q.hs + after, s.units);
            copy(q.hs + before, state(i), s.units);
            if (q.cs) copy(q.cs + before, q.cs + after, s.units);
            if (t > 0) copy(output(i, t - 1), output(i, t), s.units);
            else clear(output(i, t), s.units);
        }
    }
};

// Runs step(walk, t) for every step of every block.
template <class Step>
void walk_blocks(const SequenceShape& s, const Sequence& q, const Step& step) {
    const Index rows = rows_of_blocks(s);
    parallel_for(divided_up(s.n, rows), [&](Index block) {
        const Walk walk(s, q, block * rows, smaller(rows, s.n - block * rows));
        for (Index t = 0; t < s.steps; ++t) {
            walk.read_inputs(t);
            step(walk, t);
            walk.hold_masked(t);
        }
    });
}

inline void lstm(const SequenceShape& s, const Sequence& q) {
    const Index units = s.units, width = 4 * units;
    Panels weights{nullptr, s.inputs + units, width};
    weights.data = scratch(kPackedWeights, static_cast<std::size_t>(weights.floats()));
    pack_stacked(s, q.w, q.u, 0, weights);
    walk_blocks(s, q, [&](const Walk& walk, Index t) {
        const Index row = walk.row(t);
        walk.multiply(weights, q.b, q.gates + row * width, width);
        for (Index i = 0; i < walk.count; ++i) {
            float *gate = q.gates + (row + i) * width, *next_c = q.cs + (row + s.n + i) * units;
            const float* c = q.cs + (row + i) * units;
            activate_in_place(gate, 2 * units, s.recurrent);
            activate_in_place(gate + 2 * units, units, s.activation);
            activate_in_place(gate + 3 * units, units, s.recurrent);
            for_each_four(units, [&](Index j, auto lane) {
                const auto in = lane.load(gate + j), forget = lane.load(gate + units + j);
                const auto cell = fma(in, lane.load(gate + 2 * units + j), forget * lane.load(c + j));
                lane.store(next_c + j, cell);
                walk.put_state(i, t, j, lane.load(gate + 3 * units + j) * activated(cell, s.activation), lane);
            });
        }
    });
}

// With reset_after (inner = h u_g + b_g) the candidate's two products stay apart; else r h takes the place of h.
inline void gru(const SequenceShape& s, const Sequence& q) {
    const Index units = s.units, width = 3 * units, depth = s.inputs + units;
    Panels doors{nullptr, depth, 2 * units}, candidates{nullptr, depth, units};
    float* packed = scratch(kPackedWeights, static_cast<std::size_t>(doors.floats() + candidates.floats() + 2 * units));
    doors.data = packed;
    candidates.data = packed + doors.floats();
    pack_stacked(s, q.w, q.u, 0, doors);
    pack_stacked(s, q.w, q.u, 2 * units, candidates);
    const float *bias = q.b, *candidate_bias = q.b ? q.b + 2 * units : nullptr, *inner_bias = nullptr;
    if (q.b && s.reset_after) {
        float* both = candidates.data + candidates.floats();
        for (Index j = 0; j < 2 * units; ++j) both[j] = q.b[j] + q.b[width + j];
        bias = both;
        inner_bias = q.b + width + 2 * units;
    }
    walk_blocks(s, q, [&](const Walk& walk, Index t) {
        const Index row = walk.row(t);
        float *gates = q.gates + row * width, *inner = q.inner + row * units;
        const float* h = q.hs + row * units;
        walk.multiply(doors, bias, gates, width);
        if (s.reset_after) {
            walk.multiply_inputs(candidates, candidate_bias, gates + 2 * units, width);
            walk.multiply_states(candidates, inner_bias, inner, units);
        }
        for (Index i = 0; i < walk.count; ++i) {
            float *gate = gates + i * width, *held = inner + i * units;
            activate_in_place(gate, 2 * units, s.recurrent);
            for_each_four(units, [&](Index j, auto lane) {
                const auto r = lane.load(gate + units + j);
                if (s.reset_after) {
                    const auto g = fma(r, lane.load(held + j), lane.load(gate + 2 * units + j));
                    lane.store(gate + 2 * units + j, g);
                } else {
                    const auto kept = r * lane.load(h + i * units + j);
                    lane.store(held + j, kept);
                    lane.store(walk.state(i) + j, kept);
                }
            });
        }
        if (!s.reset_after) walk.multiply(candidates, candidate_bias, gates + 2 * units, width);
        for (Index i = 0; i < walk.count; ++i) {
            float* gate = gates + i * width;
            activate_in_place(gate + 2 * units, units, s.activation);
            for_each_four(units, [&](Index j, auto lane) {
                const auto g = lane.load(gate + 2 * units + j);
                walk.put_state(i, t, j, fma(lane.load(gate + j), lane.load(h + i * units + j) - g, g), lane);
            });
        }
    });
}

inline void simple_rnn(const SequenceShape& s, const Sequence& q) {
    const Index units = s.units;
    Panels weights{nullptr, s.inputs + units, units};
    weights.data = scratch(kPackedWeights, static_cast<std::size_t>(weights.floats()));
    pack_stacked(s, q.w, q.u, 0, weights);
    walk_blocks(s, q, [&](const Walk& walk, Index t) {
        float* gates = q.gates + walk.row(t) * units;
        walk.multiply(weights, q.b, gates, units);
        for (Index i = 0; i < walk.count; ++i) {
            float* gate = gates + i * units;
            activate_in_place(gate, units, s.activation);
            for_each_four(units, [&](Index j, auto lane) { walk.put_state(i, t, j, lane.load(gate + j), lane); });
        }
    });
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
