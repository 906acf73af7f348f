// Python's view of the recurrent layers. What they save is what the reference saves, in the same layout: a gradient
// may be taken by either implementation.
#include "arrays.h"

namespace minikeras {
namespace {

using nb::handle;
using nb::object;

bool is_matrix(handle h, Index rows, Index columns) {
    return is_float(h) && axes(h) == 2 && length(h, 0) == rows && length(h, 1) == columns;
}
bool is_matrix_or_none(handle h, Index rows, Index columns) { return h.is_none() || is_matrix(h, rows, columns); }

// Shapes of a sequence call; false where the reference must serve.
bool read_sequence(handle x, handle w, handle u, handle mask, Index gates, handle activation, handle recurrent,
                   handle reverse, SequenceShape& s) {
    if (!are_floats({x, w, u}) || axes(x) != 3 || axes(u) != 2 || count(x) == 0 || count(u) == 0 ||
        !PyBool_Check(reverse.ptr())) {
        return false;
    }
    s = {length(x, 0), length(x, 1), length(x, 2), length(u, 0), gates, activation_kind(activation),
         activation_kind(recurrent), reverse.ptr() == Py_True, false};
    if (s.activation < 0 || s.recurrent < 0 || !is_matrix(w, s.inputs, gates * s.units) ||
        !is_matrix(u, s.units, gates * s.units)) {
        return false;
    }
    return mask.is_none() || (PyArray_CheckExact(mask.ptr()) && PyArray_TYPE(as_array(mask)) == NPY_BOOL &&
                              axes(mask) == 2 && length(mask, 0) == s.n && length(mask, 1) == s.steps);
}

// The mask (n, steps) as (steps, n, 1) in the order walked, or None.
object walked_mask(handle mask, const SequenceShape& s) {
    if (mask.is_none()) return nb::none();
    const npy_intp shape[3] = {s.steps, s.n, 1};
    object walked = new_array(3, shape, NPY_BOOL);
    npy_bool* to = static_cast<npy_bool*>(PyArray_DATA(as_array(walked)));
    for (Index t = 0; t < s.steps; ++t) {
        const Index read = s.reverse ? s.steps - 1 - t : t;
        for (Index i = 0; i < s.n; ++i) {
            *to++ = *static_cast<npy_bool*>(PyArray_GETPTR2(as_array(mask), i, read));
        }
    }
    return walked;
}

const std::uint8_t* mask_data(handle mask) {
    return mask.is_none() ? nullptr : static_cast<const std::uint8_t*>(PyArray_DATA(as_array(mask)));
}

object new_matrices(Index count, Index rows, Index columns) {
    const npy_intp shape[3] = {count, rows, columns};
    return new_array(3, shape);
}

object last_state(handle states, const SequenceShape& s) {
    const npy_intp shape[2] = {s.n, s.units};
    object last = new_array(2, shape);
    std::memcpy(data(last), data(states) + s.steps * s.n * s.units,
                static_cast<std::size_t>(s.n * s.units) * sizeof(float));
    return last;
}

Index work(const SequenceShape& s) { return s.n * s.steps * (s.inputs + s.units) * s.gates * s.units; }

object lstm(handle x, handle w, handle u, handle b, handle h, handle c, handle mask, handle activation,
            handle recurrent, handle reverse) {
    SequenceShape s{};
    if (!read_sequence(x, w, u, mask, 4, activation, recurrent, reverse, s) || !is_matrix(h, s.n, s.units) ||
        !is_matrix(c, s.n, s.units) || !(b.is_none() || (is_float(b) && is_vector(b, 4 * s.units)))) {
        return otherwise("lstm", x, w, u, b, h, c, mask, activation, recurrent, reverse);
    }
    object outputs = new_matrices(s.n, s.steps, s.units), gates = new_matrices(s.steps, s.n, 4 * s.units);
    object hs = new_matrices(s.steps + 1, s.n, s.units), cs = new_matrices(s.steps + 1, s.n, s.units);
    object walked = walked_mask(mask, s);
    {
        Computing computing(work(s));
        active->lstm(s, {data(x), data(w), data(u), data(b), data(h), data(c), mask_data(walked), data(outputs),
                         data(gates), data(hs), data(cs), nullptr});
    }
    return nb::make_tuple(outputs, last_state(hs, s), last_state(cs, s),
                          nb::make_tuple(gates, hs, cs, walked, activation, recurrent, reverse));
}

// GRU's bias, or where its gradient goes: (2, 3 units) with reset_after, else (3 units,).
bool is_gru_bias(handle b, handle reset_after, const SequenceShape& s) {
    if (b.is_none()) return true;
    if (reset_after.ptr() == Py_True) return is_matrix(b, 2, 3 * s.units);
    return is_float(b) && is_vector(b, 3 * s.units);
}

object gru(handle x, handle w, handle u, handle b, handle h, handle mask, handle activation, handle recurrent,
           handle reset_after, handle reverse) {
    SequenceShape s{};
    if (!PyBool_Check(reset_after.ptr()) ||
        !read_sequence(x, w, u, mask, 3, activation, recurrent, reverse, s) || !is_matrix(h, s.n, s.units) ||
        !is_gru_bias(b, reset_after, s)) {
        return otherwise("gru", x, w, u, b, h, mask, activation, recurrent, reset_after, reverse);
    }
    s.reset_after = reset_after.ptr() == Py_True;
    object outputs = new_matrices(s.n, s.steps, s.units), gates = new_matrices(s.steps, s.n, 3 * s.units);
    object hs = new_matrices(s.steps + 1, s.n, s.units), inner = new_matrices(s.steps, s.n, s.units);
    object walked = walked_mask(mask, s);
    {
        Computing computing(work(s));
        active->gru(s, {data(x), data(w), data(u), data(b), data(h), nullptr, mask_data(walked), data(outputs),
                        data(gates), data(hs), nullptr, data(inner)});
    }
    return nb::make_tuple(outputs, last_state(hs, s),
                          nb::make_tuple(gates, hs, inner, walked, activation, recurrent, reset_after, reverse));
}

object simple_rnn(handle x, handle w, handle u, handle b, handle h, handle mask, handle activation, handle reverse) {
    SequenceShape s{};
    if (!read_sequence(x, w, u, mask, 1, activation, activation, reverse, s) || !is_matrix(h, s.n, s.units) ||
        !(b.is_none() || (is_float(b) && is_vector(b, s.units)))) {
        return otherwise("simple_rnn", x, w, u, b, h, mask, activation, reverse);
    }
    object outputs = new_matrices(s.n, s.steps, s.units), gates = new_matrices(s.steps, s.n, s.units);
    object hs = new_matrices(s.steps + 1, s.n, s.units), walked = walked_mask(mask, s);
    {
        Computing computing(work(s));
        active->simple_rnn(s, {data(x), data(w), data(u), data(b), data(h), nullptr, mask_data(walked), data(outputs),
                               data(gates), data(hs), nullptr, nullptr});
    }
    return nb::make_tuple(outputs, last_state(hs, s), nb::make_tuple(gates, hs, walked, activation, reverse));
}

bool is_block(handle h, Index count, Index rows, Index columns) {
    return is_float(h) && axes(h) == 3 && length(h, 0) == count && length(h, 1) == rows && length(h, 2) == columns;
}

// Checks what all gradients share: upstream gradients, saved gates and states, and the targets of dx, dw and du.
bool read_gradient(handle doutputs, handle dh, handle x, handle w, handle u, handle mask, handle gates, handle hs,
                   handle into, const SequenceShape& s) {
    return (doutputs.is_none() || is_block(doutputs, s.n, s.steps, s.units)) && is_matrix_or_none(dh, s.n, s.units) &&
           is_block(gates, s.steps, s.n, s.gates * s.units) && is_block(hs, s.steps + 1, s.n, s.units) &&
           (mask.is_none() || (is_plain(mask, NPY_BOOL) && count(mask) == s.n * s.steps)) &&
           is_target(item(into, 0), x) && is_target(item(into, 1), w) && is_target(item(into, 2), u);
}

object state_target(handle entry, const SequenceShape& s) {
    const npy_intp shape[2] = {s.n, s.units};
    return entry.ptr() == Py_True ? new_array(2, shape) : nb::borrow(entry);
}
bool is_state_target(handle entry, const SequenceShape& s) {
    return entry.is_none() || entry.ptr() == Py_True ||
           (is_matrix(entry, s.n, s.units) && PyArray_ISWRITEABLE(as_array(entry)));
}

object lstm_gradient(handle doutputs, handle dh, handle dc, handle x, handle w, handle u, handle b, handle saved,
                     handle into) {
    SequenceShape s{};
    const auto refuse = [&] { return otherwise("lstm_gradient", doutputs, dh, dc, x, w, u, b, saved, into); };
    if (!is_tuple(saved, 7) || !is_tuple(into, 6)) return refuse();
    const handle gates = item(saved, 0), hs = item(saved, 1), cs = item(saved, 2), mask = item(saved, 3);
    if (!read_sequence(x, w, u, nb::none(), 4, item(saved, 4), item(saved, 5), item(saved, 6), s) ||
        !read_gradient(doutputs, dh, x, w, u, mask, gates, hs, into, s) || !is_matrix_or_none(dc, s.n, s.units) ||
        !is_block(cs, s.steps + 1, s.n, s.units) || !is_target(item(into, 3), 4 * s.units) ||
        !is_state_target(item(into, 4), s) || !is_state_target(item(into, 5), s)) {
        return refuse();
    }
    object dx = target(item(into, 0), x), dw = target(item(into, 1), w), du = target(item(into, 2), u);
    object db = target(item(into, 3), 4 * s.units);
    object dh0 = state_target(item(into, 4), s), dc0 = state_target(item(into, 5), s);
    {
        Computing computing(work(s));
        active->lstm_gradient(s, {data(doutputs), data(dh), data(dc), data(x), data(w), data(u), data(gates), data(hs),
                                  data(cs), nullptr, mask_data(mask), data(dx), data(dw), data(du), data(db),
                                  data(dh0), data(dc0)});
    }
    return nb::make_tuple(dx, dw, du, db, dh0, dc0);
}

object gru_gradient(handle doutputs, handle dh, handle x, handle w, handle u, handle b, handle saved, handle into) {
    SequenceShape s{};
    const auto refuse = [&] { return otherwise("gru_gradient", doutputs, dh, x, w, u, b, saved, into); };
    if (!is_tuple(saved, 8) || !is_tuple(into, 5) || !PyBool_Check(item(saved, 6).ptr())) return refuse();
    const handle gates = item(saved, 0), hs = item(saved, 1), inner = item(saved, 2), mask = item(saved, 3);
    const handle bias = item(into, 3), reset_after = item(saved, 6);
    if (!read_sequence(x, w, u, nb::none(), 3, item(saved, 4), item(saved, 5), item(saved, 7), s) ||
        !read_gradient(doutputs, dh, x, w, u, mask, gates, hs, into, s) || !is_block(inner, s.steps, s.n, s.units) ||
        !(bias.ptr() == Py_True || (is_gru_bias(bias, reset_after, s) &&
                                    (bias.is_none() || PyArray_ISWRITEABLE(as_array(bias))))) ||
        !is_state_target(item(into, 4), s)) {
        return refuse();
    }
    s.reset_after = reset_after.ptr() == Py_True;
    const npy_intp bias_shape[2] = {2, 3 * s.units};
    object dx = target(item(into, 0), x), dw = target(item(into, 1), w), du = target(item(into, 2), u);
    const int skipped = s.reset_after ? 0 : 1;
    object db = bias.ptr() == Py_True ? new_array(2 - skipped, bias_shape + skipped) : nb::borrow(bias);
    object dh0 = state_target(item(into, 4), s);
    {
        Computing computing(work(s));
        active->gru_gradient(s, {data(doutputs), data(dh), nullptr, data(x), data(w), data(u), data(gates), data(hs),
                                 nullptr, data(inner), mask_data(mask), data(dx), data(dw), data(du), data(db),
                                 data(dh0), nullptr});
    }
    return nb::make_tuple(dx, dw, du, db, dh0);
}

object simple_rnn_gradient(handle doutputs, handle dh, handle x, handle w, handle u, handle b, handle saved,
                           handle into) {
    SequenceShape s{};
    const auto refuse = [&] { return otherwise("simple_rnn_gradient", doutputs, dh, x, w, u, b, saved, into); };
    if (!is_tuple(saved, 5) || !is_tuple(into, 5)) return refuse();
    const handle gates = item(saved, 0), hs = item(saved, 1), mask = item(saved, 2);
    if (!read_sequence(x, w, u, nb::none(), 1, item(saved, 3), item(saved, 3), item(saved, 4), s) ||
        !read_gradient(doutputs, dh, x, w, u, mask, gates, hs, into, s) || !is_target(item(into, 3), s.units) ||
        !is_state_target(item(into, 4), s)) {
        return refuse();
    }
    object dx = target(item(into, 0), x), dw = target(item(into, 1), w), du = target(item(into, 2), u);
    object db = target(item(into, 3), s.units), dh0 = state_target(item(into, 4), s);
    {
        Computing computing(work(s));
        active->simple_rnn_gradient(s, {data(doutputs), data(dh), nullptr, data(x), data(w), data(u), data(gates),
                                        data(hs), nullptr, nullptr, mask_data(mask), data(dx), data(dw), data(du),
                                        data(db), data(dh0), nullptr});
    }
    return nb::make_tuple(dx, dw, du, db, dh0);
}

}  // namespace

void bind_recurrent(nb::module_& m) {
    using namespace nb::literals;
    m.def("lstm", lstm, "x"_a, "w"_a, "u"_a, "b"_a.none(), "h"_a, "c"_a, "mask"_a.none(),
          "activation"_a.none() = "tanh", "recurrent_activation"_a.none() = "sigmoid", "reverse"_a = false);
    m.def("lstm_gradient", lstm_gradient, "doutputs"_a.none(), "dh"_a.none(), "dc"_a.none(), "x"_a, "w"_a, "u"_a,
          "b"_a.none(), "saved"_a, "into"_a);
    m.def("gru", gru, "x"_a, "w"_a, "u"_a, "b"_a.none(), "h"_a, "mask"_a.none(), "activation"_a.none() = "tanh",
          "recurrent_activation"_a.none() = "sigmoid", "reset_after"_a = true, "reverse"_a = false);
    m.def("gru_gradient", gru_gradient, "doutputs"_a.none(), "dh"_a.none(), "x"_a, "w"_a, "u"_a, "b"_a.none(),
          "saved"_a, "into"_a);
    m.def("simple_rnn", simple_rnn, "x"_a, "w"_a, "u"_a, "b"_a.none(), "h"_a, "mask"_a.none(),
          "activation"_a.none() = "tanh", "reverse"_a = false);
    m.def("simple_rnn_gradient", simple_rnn_gradient, "doutputs"_a.none(), "dh"_a.none(), "x"_a, "w"_a, "u"_a,
          "b"_a.none(), "saved"_a, "into"_a);
}

}  // namespace minikeras
