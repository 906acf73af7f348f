// The gradients of LSTM, GRU and simple recurrent networks: the walk of recurrent.h, backwards.
//
// Each block of samples walks on its own again and leaves the gradients of its gates; dx, dw, du and db are then
// products and sums over all steps at once.
#pragma once

#include "recurrent.h"

namespace minikeras {
namespace MINIKERAS_SET {

// What flows back along one block of samples: the state's gradient, and that of outputs which masked steps repeated.
struct Flow {
    const SequenceShape& s;
    const SequenceGradient& q;
    float *dh, *dc, *repeated, *next;  // (n, units)

    Flow(const SequenceShape& shape, const SequenceGradient& gradient) : s(shape), q(gradient) {
        const Index size = s.n * s.units;
        dh = scratch(kPaddedGradient, static_cast<std::size_t>(4 * size));
        dc = dh + size;
        repeated = dc + size;
        next = repeated + size;
        if (q.dh) copy(q.dh, dh, size);
        else std::memset(dh, 0, static_cast<std::size_t>(size) * sizeof(float));
        if (q.dc) copy(q.dc, dc, size);
        else std::memset(dc, 0, static_cast<std::size_t>(size) * sizeof(float));
        std::memset(repeated, 0, static_cast<std::size_t>(size) * sizeof(float));
    }

    // Adds the output's gradient of this step to dh of sample i; false where the step was masked out.
    bool enter(Index i, Index t) const {
        const Index units = s.units;
        const float* doutput = q.doutputs ? q.doutputs + (i * s.steps + t) * units : nullptr;
        float *state = dh + i * units, *waiting = repeated + i * units;
        const bool kept = !q.mask || q.mask[t * s.n + i];
        if (!q.mask && !doutput) return true;
        for_each_vector(units, [&](Index j, int some) {
            Vector d = doutput ? load_some(doutput + j, some) : zero();
            if (q.mask) d = d + load_some(waiting + j, some);
            if (kept) store_some(state + j, load_some(state + j, some) + d, some);
            if (q.mask) store_some(waiting + j, kept ? zero() : d, some);
        });
        return kept;
    }

    // dh of the step before: `next` where the sample was not masked out; what it already was elsewhere.
    void leave(Index from, Index count, Index t) const {
        for (Index i = from; i < from + count; ++i) {
            if (!q.mask || q.mask[t * s.n + i]) copy(next + i * s.units, dh + i * s.units, s.units);
        }
    }
};

// dx, dw and du, db from the gradients of the gates, and of their recurrent part where that differs (GRU).
inline void finish_gradient(const SequenceShape& s, const SequenceGradient& q, const Flow& flow, const float* dgates,
                            const float* drecurrent) {
    const Index width = s.gates * s.units, rows = s.n * s.steps;
    if (q.dw) {
        float* walked = scratch(kStates, static_cast<std::size_t>(rows * s.inputs));
        to_time_major(s, s.inputs, q.x, walked);
        multiply({s.inputs, width, rows, walked, 1, s.inputs, dgates, width, false, nullptr, false, q.dw});
    }
    if (q.du) multiply({s.units, width, rows, q.hs, 1, s.units, drecurrent, width, false, nullptr, false, q.du});
    if (q.db) {
        sum_rows(dgates, rows, width, q.db);
        if (drecurrent != dgates) sum_rows(drecurrent, rows, width, q.db + width);
    }
    if (q.dx) {
        float* walked = scratch(kStates, static_cast<std::size_t>(rows * s.inputs));
        multiply({rows, s.inputs, width, dgates, width, 1, q.w, width, true, nullptr, false, walked});
        from_time_major(s, s.inputs, walked, q.dx);
    }
    if (q.dh0) copy(flow.dh, q.dh0, s.n * s.units);
    if (q.dc0) copy(flow.dc, q.dc0, s.n * s.units);
}

inline void no_gradient(float* dgate, Index width) {
    std::memset(dgate, 0, static_cast<std::size_t>(width) * sizeof(float));
}

inline void lstm_gradient(const SequenceShape& s, const SequenceGradient& q) {
    const Index units = s.units, width = 4 * units;
    const Flow flow(s, q);
    float* dgates = scratch(kPaddedInput, static_cast<std::size_t>(s.n * s.steps * width));
    float* packed = scratch(kPackedWeights, panel_floats(units, width));
    pack_panels(q.u, units, width, true, packed);
    for_blocks(s, [&](Index from, Index count) {
        for (Index t = s.steps - 1; t >= 0; --t) {
            const Index row = t * s.n + from;
            for (Index i = 0; i < count; ++i) {
                const float *gate = q.gates + (row + i) * width, *c = q.cs + (row + i) * units;
                float *dgate = dgates + (row + i) * width, *dc = flow.dc + (from + i) * units;
                const float* dh = flow.dh + (from + i) * units;
                if (!flow.enter(from + i, t)) {
                    no_gradient(dgate, width);
                    continue;
                }
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
            multiply_packed(dgates + row * width, count, width, packed, units, false, nullptr, flow.next + from * units);
            flow.leave(from, count, t);
        }
    });
    finish_gradient(s, q, flow, dgates, dgates);
}

inline void gru_gradient(const SequenceShape& s, const SequenceGradient& q) {
    const Index units = s.units, width = 3 * units, size = s.n * s.steps * width;
    const Flow flow(s, q);
    float* dgates = scratch(kPaddedInput, static_cast<std::size_t>(2 * size));
    float* drecurrent = dgates + size;
    float* packed = scratch(kPackedWeights, panel_floats(units, width));
    pack_panels(q.u, units, width, true, packed);
    for_blocks(s, [&](Index from, Index count) {
        for (Index t = s.steps - 1; t >= 0; --t) {
            const Index row = t * s.n + from;
            for (Index i = 0; i < count; ++i) {
                const float *gate = q.gates + (row + i) * width, *h = q.hs + (row + i) * units;
                const float* inner = q.inner + (row + i) * units;
                float *dgate = dgates + (row + i) * width, *drow = drecurrent + (row + i) * width;
                const float* dh = flow.dh + (from + i) * units;
                float* direct = flow.next + (from + i) * units;
                if (!flow.enter(from + i, t)) {
                    no_gradient(dgate, width);
                    no_gradient(drow, width);
                    no_gradient(direct, units);
                    continue;
                }
                for_each_vector(units, [&](Index j, int some) {
                    const Vector z = load_some(gate + j, some), r = load_some(gate + units + j, some);
                    const Vector g = load_some(gate + 2 * units + j, some), d = load_some(dh + j, some);
                    const Vector dg = before_activation(d * (broadcast(1.0f) - z), g, s.activation);
                    const Vector dz = before_activation(d * (load_some(h + j, some) - g), z, s.recurrent);
                    const Vector dr = before_activation(dg * load_some(inner + j, some), r, s.recurrent);
                    for (float* target : {dgate, drow}) {
                        store_some(target + j, dz, some);
                        store_some(target + units + j, dr, some);
                    }
                    store_some(dgate + 2 * units + j, dg, some);
                    store_some(drow + 2 * units + j, dg * r, some);
                    store_some(direct + j, d * z, some);
                });
            }
            multiply_packed(drecurrent + row * width, count, width, packed, units, true, nullptr,
                            flow.next + from * units);
            flow.leave(from, count, t);
        }
    });
    finish_gradient(s, q, flow, dgates, drecurrent);
}

inline void simple_rnn_gradient(const SequenceShape& s, const SequenceGradient& q) {
    const Index units = s.units;
    const Flow flow(s, q);
    float* dgates = scratch(kPaddedInput, static_cast<std::size_t>(s.n * s.steps * units));
    float* packed = scratch(kPackedWeights, panel_floats(units, units));
    pack_panels(q.u, units, units, true, packed);
    for_blocks(s, [&](Index from, Index count) {
        for (Index t = s.steps - 1; t >= 0; --t) {
            const Index row = t * s.n + from;
            for (Index i = 0; i < count; ++i) {
                const float *y = q.gates + (row + i) * units, *dh = flow.dh + (from + i) * units;
                float* dgate = dgates + (row + i) * units;
                if (!flow.enter(from + i, t)) {
                    no_gradient(dgate, units);
                    continue;
                }
                for_each_vector(units, [&](Index j, int some) {
                    const Vector d = before_activation(load_some(dh + j, some), load_some(y + j, some), s.activation);
                    store_some(dgate + j, d, some);
                });
            }
            multiply_packed(dgates + row * units, count, units, packed, units, false, nullptr, flow.next + from * units);
            flow.leave(from, count, t);
        }
    });
    finish_gradient(s, q, flow, dgates, dgates);
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
