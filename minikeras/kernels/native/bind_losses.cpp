// Python's view of softmax and the cross-entropies.
#include "arrays.h"

namespace minikeras {
namespace {

using nb::handle;
using nb::object;

bool is_rows(handle x) { return is_float(x) && axes(x) >= 1 && count(x) > 0; }

Index rows_of(handle x) { return count(x) / last(x); }

object softmax_of(const char* name, bool logarithm, handle x) {
    if (!is_rows(x)) return otherwise(name, x);
    object y = new_like(x);
    Computing computing(count(x));
    active->softmax(rows_of(x), last(x), logarithm, data(x), data(y));
    return y;
}

object softmax_gradient_of(const char* name, bool logarithm, handle dy, handle y) {
    if (!is_rows(dy) || !is_rows(y) || !same_shape(dy, y)) return otherwise(name, dy, y);
    object dx = new_like(y);
    Computing computing(count(y));
    active->softmax_gradient(rows_of(y), last(y), logarithm, data(dy), data(y), data(dx));
    return dx;
}

// (...) for output (..., k)
object new_losses(handle output) {
    return new_array(PyArray_NDIM(as_array(output)) - 1, PyArray_DIMS(as_array(output)));
}

bool has_one_per_row(handle values, handle output) {
    return axes(values) == axes(output) - 1 &&
           PyArray_CompareLists(PyArray_DIMS(as_array(values)), PyArray_DIMS(as_array(output)),
                                PyArray_NDIM(as_array(values)));
}

bool read_loss(handle output, handle from_logits, handle epsilon, LossShape& s) {
    double number = 0;
    if (!is_rows(output) || axes(output) < 2 || !PyBool_Check(from_logits.ptr()) || !read_numbers({epsilon}, &number)) {
        return false;
    }
    s = {rows_of(output), last(output), from_logits.ptr() == Py_True, static_cast<float>(number)};
    return true;
}

object crossentropy(handle target, handle output, handle from_logits, handle epsilon) {
    LossShape s{};
    if (!read_loss(output, from_logits, epsilon, s) || !is_float(target) || !same_shape(target, output)) {
        return otherwise("crossentropy", target, output, from_logits, epsilon);
    }
    object loss = new_losses(output);
    Computing computing(count(output));
    active->crossentropy(s, data(target), nullptr, data(output), data(loss));
    return loss;
}

object crossentropy_gradient(handle dloss, handle target, handle output, handle from_logits, handle epsilon) {
    LossShape s{};
    if (!read_loss(output, from_logits, epsilon, s) || !is_float(target) || !same_shape(target, output) ||
        !is_float(dloss) || !has_one_per_row(dloss, output)) {
        return otherwise("crossentropy_gradient", dloss, target, output, from_logits, epsilon);
    }
    object doutput = new_like(output);
    Computing computing(count(output));
    active->crossentropy_gradient(s, data(dloss), data(target), nullptr, data(output), data(doutput));
    return doutput;
}

object sparse_crossentropy(handle labels, handle output, handle from_logits, handle epsilon) {
    LossShape s{};
    object classes = as_indices(labels);
    if (!classes.is_valid() || !read_loss(output, from_logits, epsilon, s) || !has_one_per_row(classes, output) ||
        !are_inside(classes, s.width)) {
        return otherwise("sparse_crossentropy", labels, output, from_logits, epsilon);
    }
    object loss = new_losses(output);
    Computing computing(count(output));
    active->crossentropy(s, nullptr, indices(classes), data(output), data(loss));
    return loss;
}

object sparse_crossentropy_gradient(handle dloss, handle labels, handle output, handle from_logits, handle epsilon) {
    LossShape s{};
    object classes = as_indices(labels);
    if (!classes.is_valid() || !read_loss(output, from_logits, epsilon, s) || !has_one_per_row(classes, output) ||
        !is_float(dloss) || !has_one_per_row(dloss, output) || !are_inside(classes, s.width)) {
        return otherwise("sparse_crossentropy_gradient", dloss, labels, output, from_logits, epsilon);
    }
    object doutput = new_like(output);
    Computing computing(count(output));
    active->crossentropy_gradient(s, data(dloss), nullptr, indices(classes), data(output), data(doutput));
    return doutput;
}

bool read_binary(handle target, handle output, handle from_logits, handle epsilon, LossShape& s) {
    double number = 0;
    if (!are_floats({target, output}) || !same_shape(target, output) || !PyBool_Check(from_logits.ptr()) ||
        !read_numbers({epsilon}, &number)) {
        return false;
    }
    s = {count(output), 1, from_logits.ptr() == Py_True, static_cast<float>(number)};
    return true;
}

object binary_crossentropy(handle target, handle output, handle from_logits, handle epsilon) {
    LossShape s{};
    if (!read_binary(target, output, from_logits, epsilon, s)) {
        return otherwise("binary_crossentropy", target, output, from_logits, epsilon);
    }
    object loss = new_like(output);
    Computing computing(count(output));
    active->binary_crossentropy(s, data(target), data(output), data(loss));
    return loss;
}

object binary_crossentropy_gradient(handle dloss, handle target, handle output, handle from_logits, handle epsilon) {
    LossShape s{};
    if (!read_binary(target, output, from_logits, epsilon, s) || !is_float(dloss) || !same_shape(dloss, output)) {
        return otherwise("binary_crossentropy_gradient", dloss, target, output, from_logits, epsilon);
    }
    object doutput = new_like(output);
    Computing computing(count(output));
    active->binary_crossentropy_gradient(s, data(dloss), data(target), data(output), data(doutput));
    return doutput;
}

}  // namespace

void bind_losses(nb::module_& m) {
    using namespace nb::literals;
    m.def("softmax", [](handle x) { return softmax_of("softmax", false, x); }, "x"_a);
    m.def("log_softmax", [](handle x) { return softmax_of("log_softmax", true, x); }, "x"_a);
    m.def("softmax_gradient",
          [](handle dy, handle y) { return softmax_gradient_of("softmax_gradient", false, dy, y); }, "dy"_a, "y"_a);
    m.def("log_softmax_gradient",
          [](handle dy, handle y) { return softmax_gradient_of("log_softmax_gradient", true, dy, y); }, "dy"_a, "y"_a);
    m.def("crossentropy", crossentropy, "target"_a, "output"_a, "from_logits"_a, "epsilon"_a);
    m.def("crossentropy_gradient", crossentropy_gradient, "dloss"_a, "target"_a, "output"_a, "from_logits"_a,
          "epsilon"_a);
    m.def("sparse_crossentropy", sparse_crossentropy, "labels"_a, "output"_a, "from_logits"_a, "epsilon"_a);
    m.def("sparse_crossentropy_gradient", sparse_crossentropy_gradient, "dloss"_a, "labels"_a, "output"_a,
          "from_logits"_a, "epsilon"_a);
    m.def("binary_crossentropy", binary_crossentropy, "target"_a, "output"_a, "from_logits"_a, "epsilon"_a);
    m.def("binary_crossentropy_gradient", binary_crossentropy_gradient, "dloss"_a, "target"_a, "output"_a,
          "from_logits"_a, "epsilon"_a);
}

}  // namespace minikeras
