// The gradients of LSTM, GRU and simple recurrent networks: the walk of recurrent.h, backwards.
//
// Again each block of samples walks on its own. The gradients of its gates are kept for a few steps only, kGroupRows
// rows of them: then, still in cache, they are multiplied into dw and du and summed into db. Every chunk of blocks has
// sums of its own, which are added up in order at the end; how many chunks there are depends on the shape alone.
#pragma once

#include "recurrent.h"

namespace minikeras {
namespace MINIKERAS_SET {

constexpr Index kGroupRows = 128, kMostGroupSteps = 16;

// What one chunk of blocks adds up: all of it, or null pointers for what is not wanted.
struct WeightSums {
    float *dw, *du, *db, *recurrent_db;
};

// The gradients of a block's gates at the steps of one group, in rows that do not meet in the same cache sets.
struct GateGradients {
    float* data;
    Index pitch, count;

    float* row(Index slot, Index i) const { return data + (slot * count + i) * pitch; }
    Rows rows(Index slot, Index column = 0) const { return {row(slot, 0) + column, pitch, count}; }
};

// One block of samples on its walk back: the gradients of its states, and of outputs which masked steps repeated.
struct WalkBack {
    const SequenceShape& s;
    const SequenceGradient& q;
    Index from, count;
    Index start = 0;  // first step of the group
    float *dh, *dc, *repeated, *next;
    GateGradients dgates, drecurrent;  // the same but for GRU with reset_after

    static Index group_steps(const SequenceShape& s) { return kGroupRows / rows_of_blocks(s); }

    WalkBack(const SequenceShape& shape, const SequenceGradient& gradient, Index first, Index samples)
        : s(shape), q(gradient), from(first), count(samples) {
        const Index size = count * s.units, pitch = divided_up(s.gates * s.units, kWidth) * kWidth + kWidth;
        const Index group = group_steps(s) * count * pitch;
        float* memory = scratch(kLine, static_cast<std::size_t>(4 * size + (s.reset_after ? 2 : 1) * group));
        dgates = {memory, pitch, count};
        drecurrent = {s.reset_after ? memory + group : memory, pitch, count};
        dh = memory + (s.reset_after ? 2 : 1) * group;
        dc = dh + size;
        repeated = dc + size;
        next = q.mask ? repeated + size : dh;
        const auto start_with = [&](const float* given, float* to) {
            if (given) copy(given + from * s.units, to, size);
            else clear(to, size);
        };
        start_with(q.dh, dh);
        start_with(q.dc, dc);
        clear(repeated, size);
    }

    Index row(Index t) const { return t * s.n + from; }
    float* dgate(Index t, Index i) const { return dgates.row(t - start, i); }
    float* drow(Index t, Index i) const { return drecurrent.row(t - start, i); }

    // Adds the output's gradient of step t to dh of sample i; false where the step was masked out, which then has
    // no gradient.
    bool enter(Index t, Index i) const {
        const Index units = s.units;
        const float* doutput = q.doutputs ? q.doutputs + ((from + i) * s.steps + t) * units : nullptr;
        float *state = dh + i * units, *waiting = repeated + i * units;
        if (!q.mask) {
            if (!doutput) return true;
            for_each_vector(units, [&](Index j, int some) {
                store_some(state + j, load_some(state + j, some) + load_some(doutput + j, some), some);
            });
            return true;
        }
        const bool kept = q.mask[row(t) + i];
        for_each_vector(units, [&](Index j, int some) {
            const Vector d = (doutput ? load_some(doutput + j, some) : zero()) + load_some(waiting + j, some);
            if (kept) store_some(state + j, load_some(state + j, some) + d, some);
            store_some(waiting + j, kept ? zero() : d, some);
        });
        if (kept) return true;
        clear(dgate(t, i), s.gates * units);
        clear(drow(t, i), s.gates * units);
        clear(next + i * units, units);
        return false;
    }

    // dh of the step before is in `next`; where the sample was masked out it stays what it is.
    void leave(Index t) const {
        if (!q.mask) return;
        for (Index i = 0; i < count; ++i) {
            if (q.mask[row(t) + i]) copy(next + i * s.units, dh + i * s.units, s.units);
        }
    }

    // c (rows, columns) (+)= a^T b over the samples of some steps; a's rows are a_sample apart.
    struct Factor {
        const float* data;
        Index sample;
        const Index* segment;
    };
    void add_product(const Factor& a, Index rows, const GateGradients& gradients, Index first, Index columns,
                     Index steps, bool add, float* c) const {
        Index offsets[kMostGroupSteps];
        for (Index j = 0; j < steps; ++j) offsets[j] = j * count * gradients.pitch;
        Tile t{};
        t.a = a.data;
        t.a_row = 1;
        t.a_step = a.sample;
        t.a_segment = a.segment;
        t.b_step = gradients.pitch;
        t.b_segment = offsets;
        t.steps = count;
        t.segments = steps;
        t.c_row = s.gates * s.units;
        t.add = add;
        for (Index at = first; at < first + columns; at += kPanel) {
            t.b = gradients.data + at;
            t.c = c + at;
            multiply_rows(t, 0, rows, smaller(kPanel, first + columns - at));
        }
    }

    void add_sums(const GateGradients& gradients, Index rows, bool add, float* sums) const {
        for_each_vector(s.gates * s.units, [&](Index j, int some) {
            Vector total[2] = {add ? load_some(sums + j, some) : zero(), zero()};
            const float* p = gradients.data + j;
            for (Index i = 0; i < rows; ++i) total[i & 1] = total[i & 1] + load_some(p + i * gradients.pitch, some);
            store_some(sums + j, total[0] + total[1], some);
        });
    }

    // What the group's steps `start` to `end` add to the gradients of the weights.
    void add_weights(Index end, bool add, const WeightSums& sums) const {
        const Index steps = end - start, units = s.units, width = s.gates * units;
        Index read[kMostGroupSteps], walked[kMostGroupSteps];
        for (Index j = 0; j < steps; ++j) {
            read[j] = step_read(s, start + j) * s.inputs;
            walked[j] = j * s.n * units;
        }
        if (q.dw) {
            const Factor x{q.x + from * s.steps * s.inputs, s.steps * s.inputs, read};
            add_product(x, s.inputs, dgates, 0, width, steps, add, sums.dw);
        }
        if (q.du) {
            const Index direct = q.inner && !s.reset_after ? 2 * units : width;  // GRU's candidate saw r h
            add_product({q.hs + row(start) * units, units, walked}, units, drecurrent, 0, direct, steps, add, sums.du);
            if (direct < width) {
                add_product({q.inner + row(start) * units, units, walked}, units, drecurrent, direct, units, steps, add,
                            sums.du);
            }
        }
        if (q.db) {
            add_sums(dgates, steps * count, add, sums.db);
            if (s.reset_after) add_sums(drecurrent, steps * count, add, sums.recurrent_db);
        }
    }
};

// Runs step(walk, t) for every step of every block, backwards, and takes dx, dw, du, db and the first states'
// gradients from what it leaves in the walk's gate gradients. `backward` are the packed weights of other products.
template <class Step>
void walk_back(const SequenceShape& s, const SequenceGradient& q, const Step& step) {
    const Index width = s.gates * s.units, rows = rows_of_blocks(s), blocks = divided_up(s.n, rows);
    const Index dw_size = s.inputs * width, du_size = s.units * width, size = dw_size + du_size + 2 * width;
    const Index parts = smaller(blocks, larger(2, smaller(8, (Index{1} << 24) / size)));
    float* const partial = scratch(kPartialSums, static_cast<std::size_t>(parts * size));
    Panels inputs{nullptr, width, s.inputs};
    if (q.dx) {
        inputs.data = scratch(kMore, static_cast<std::size_t>(inputs.floats()));
        pack_turned(s, q.w, 0, inputs);
    }
    parallel_for(parts, [&](Index part) {
        float* const own = partial + part * size;
        const WeightSums sums{own, own + dw_size, own + dw_size + du_size, own + dw_size + du_size + width};
        bool add = false;
        for (Index block = blocks * part / parts; block < blocks * (part + 1) / parts; ++block) {
            WalkBack walk(s, q, block * rows, smaller(rows, s.n - block * rows));
            for (Index end = s.steps; end > 0; end = walk.start) {
                walk.start = larger(0, end - WalkBack::group_steps(s));
                for (Index t = end - 1; t >= walk.start; --t) {
                    step(walk, t);
                    walk.leave(t);
                    if (!q.dx) continue;
                    float* dx = q.dx + (walk.from * s.steps + step_read(s, t)) * s.inputs;
                    multiply_panels(walk.dgates.rows(t - walk.start), inputs, 0, width, nullptr, false, dx,
                                    s.steps * s.inputs);
                }
                walk.add_weights(end, add, sums);
                add = true;
            }
            if (q.dh0) copy(walk.dh, q.dh0 + walk.from * s.units, walk.count * s.units);
            if (q.dc0) copy(walk.dc, q.dc0 + walk.from * s.units, walk.count * s.units);
        }
    });
    const auto gather = [&](Index offset, Index count, float* to) {
        if (!to) return;
        if (s.steps == 0) return clear(to, count);
        constexpr Index kChunk = 1 << 13;
        parallel_for(divided_up(count, kChunk), [&](Index chunk) {
            const Index first = chunk * kChunk;
            for_each_vector(smaller(kChunk, count - first), [&](Index j, int some) {
                Vector total = zero();
                for (Index part = 0; part < parts; ++part) {
                    total = total + load_some(partial + part * size + offset + first + j, some);
                }
                store_some(to + first + j, total, some);
            });
        });
    };
    gather(0, dw_size, q.dw);
    gather(dw_size, du_size, q.du);
    gather(dw_size + du_size, s.reset_after ? 2 * width : width, q.db);
}

inline void lstm_gradient(const SequenceShape& s, const SequenceGradient& q) {
    const Index units = s.units, width = 4 * units;
    Panels states{nullptr, width, units};
    states.data = scratch(kPackedWeights, static_cast<std::size_t>(states.floats()));
    pack_turned(s, q.u, 0, states);
    walk_back(s, q, [&](const WalkBack& walk, Index t) {
        const Index row = walk.row(t);
        for (Index i = 0; i < walk.count; ++i) {
            if (!walk.enter(t, i)) continue;
            const float *gate = q.gates + (row + i) * width, *c = q.cs + (row + i) * units;
            float *dgate = walk.dgate(t, i), *dc = walk.dc + i * units;
            const float* dh = walk.dh + i * units;
            for_each_vector(units, [&](Index j, int some) {
                const Vector in = load_some(gate + j, some), forget = load_some(gate + units + j, some);
                const Vector candidate = load_some(gate + 2 * units + j, some);
                const Vector out = load_some(gate + 3 * units + j, some), d = load_some(dh + j, some);
                const Vector squashed = activated(load_some(c + s.n * units + j, some), s.activation);
                const Vector dcell = load_some(dc + j, some) + before_activation(d * out, squashed, s.activation);
                const auto put = [&](Index at, Vector a) { store_some(dgate + at + j, a, some); };
                put(0, before_activation(dcell * candidate, in, s.recurrent));
                put(units, before_activation(dcell * load_some(c + j, some), forget, s.recurrent));
                put(2 * units, before_activation(dcell * in, candidate, s.activation));
                put(3 * units, before_activation(d * squashed, out, s.recurrent));
                store_some(dc + j, dcell * forget, some);
            });
        }
        multiply_panels(walk.dgates.rows(t - walk.start), states, 0, width, nullptr, false, walk.next, units);
    });
}

inline void gru_gradient(const SequenceShape& s, const SequenceGradient& q) {
    const Index units = s.units, width = 3 * units;
    // u^T whole with reset_after; else the candidate's part on its own, because it meets r h.
    Panels states{nullptr, s.reset_after ? width : 2 * units, units}, candidates{nullptr, units, units};
    states.data = scratch(kPackedWeights, static_cast<std::size_t>(states.floats() + candidates.floats()));
    candidates.data = states.data + states.floats();
    pack_turned(s, q.u, 0, states);
    if (!s.reset_after) pack_turned(s, q.u, 2 * units, candidates);
    walk_back(s, q, [&](const WalkBack& walk, Index t) {
        const Index row = walk.row(t), slot = t - walk.start;
        for (Index i = 0; i < walk.count; ++i) {
            if (!walk.enter(t, i)) continue;
            const float *gate = q.gates + (row + i) * width, *h = q.hs + (row + i) * units;
            const float *inner = q.inner + (row + i) * units, *dh = walk.dh + i * units;
            float *dgate = walk.dgate(t, i), *drow = walk.drow(t, i), *direct = walk.next + i * units;
            for_each_vector(units, [&](Index j, int some) {
                const Vector z = load_some(gate + j, some), r = load_some(gate + units + j, some);
                const Vector g = load_some(gate + 2 * units + j, some), d = load_some(dh + j, some);
                const Vector dg = before_activation(d * (broadcast(1.0f) - z), g, s.activation);
                const Vector dz = before_activation(d * (load_some(h + j, some) - g), z, s.recurrent);
                store_some(dgate + j, dz, some);
                store_some(dgate + 2 * units + j, dg, some);
                store_some(direct + j, d * z, some);
                if (!s.reset_after) return;
                const Vector dr = before_activation(dg * load_some(inner + j, some), r, s.recurrent);
                store_some(dgate + units + j, dr, some);
                store_some(drow + j, dz, some);
                store_some(drow + units + j, dr, some);
                store_some(drow + 2 * units + j, dg * r, some);
            });
        }
        if (s.reset_after) {
            multiply_panels(walk.drecurrent.rows(slot), states, 0, width, nullptr, true, walk.next, units);
            return;
        }
        // The gradient of r h stands where that of r will be.
        multiply_panels(walk.dgates.rows(slot, 2 * units), candidates, 0, units, nullptr, false,
                        walk.dgate(t, 0) + units, walk.dgates.pitch);
        for (Index i = 0; i < walk.count; ++i) {
            const float *gate = q.gates + (row + i) * width, *h = q.hs + (row + i) * units;
            float *dgate = walk.dgate(t, i), *direct = walk.next + i * units;
            for_each_vector(units, [&](Index j, int some) {
                const Vector r = load_some(gate + units + j, some), dreset = load_some(dgate + units + j, some);
                const Vector dr = before_activation(dreset * load_some(h + j, some), r, s.recurrent);
                store_some(dgate + units + j, dr, some);
                store_some(direct + j, fma(dreset, r, load_some(direct + j, some)), some);
            });
        }
        multiply_panels(walk.dgates.rows(slot), states, 0, 2 * units, nullptr, true, walk.next, units);
    });
}

inline void simple_rnn_gradient(const SequenceShape& s, const SequenceGradient& q) {
    const Index units = s.units;
    Panels states{nullptr, units, units};
    states.data = scratch(kPackedWeights, static_cast<std::size_t>(states.floats()));
    pack_turned(s, q.u, 0, states);
    walk_back(s, q, [&](const WalkBack& walk, Index t) {
        for (Index i = 0; i < walk.count; ++i) {
            if (!walk.enter(t, i)) continue;
            const float *y = q.gates + (walk.row(t) + i) * units, *dh = walk.dh + i * units;
            float* dgate = walk.dgate(t, i);
            for_each_vector(units, [&](Index j, int some) {
                const Vector d = before_activation(load_some(dh + j, some), load_some(y + j, some), s.activation);
                store_some(dgate + j, d, some);
            });
        }
        multiply_panels(walk.dgates.rows(t - walk.start), states, 0, units, nullptr, false, walk.next, units);
    });
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
