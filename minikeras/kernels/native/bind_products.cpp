// Python's view of dense layers and convolutions: checks, result arrays, and the call.
#include "arrays.h"

namespace minikeras {
namespace {

using nb::handle;
using nb::object;

object dense(handle x, handle w, handle b, handle activation) {
    const int kind = activation_kind(activation);
    if (!are_floats({x, w}) || !is_float_or_none(b) || kind < 0 || axes(x) < 1 || axes(w) != 2 ||
        last(x) != length(w, 0) || !(b.is_none() || is_vector(b, length(w, 1))) || count(w) == 0) {
        return otherwise("dense", x, w, b, activation);
    }
    const DenseShape shape{count(x) / last(x), last(x), length(w, 1), kind};
    object y = new_like_with_last(x, shape.outputs);
    Computing computing(shape.rows * count(w));
    active->dense(shape, data(x), data(w), data(b), data(y));
    return y;
}

object dense_gradient(handle dy, handle x, handle w, handle y, handle activation, handle into) {
    const int kind = activation_kind(activation);
    if (!are_floats({dy, x, w}) || kind < 0 || axes(x) < 1 || axes(w) != 2 || count(w) == 0 ||
        last(x) != length(w, 0) || axes(dy) < 1 || last(dy) != length(w, 1) || count(x) / last(x) != count(dy) / last(dy) ||
        (kind != kLinear && !(is_float(y) && count(y) == count(dy))) || !is_tuple(into, 3) ||
        !is_target(item(into, 0), x) || !is_target(item(into, 1), w) || !is_target(item(into, 2), length(w, 1))) {
        return otherwise("dense_gradient", dy, x, w, y, activation, into);
    }
    const DenseShape shape{count(x) / last(x), last(x), length(w, 1), kind};
    object dx = target(item(into, 0), x), dw = target(item(into, 1), w), db = target(item(into, 2), shape.outputs);
    {
        Computing computing(shape.rows * count(w));
        active->dense_gradient(shape, data(dy), data(x), data(w), kind == kLinear ? nullptr : data(y), data(dx),
                               data(dw), data(db));
    }
    return nb::make_tuple(dx, dw, db);
}

// Reads a tuple of one or two integers, the last one into x and the one before, if any, into y.
bool read_pair(handle h, Index axes, Index one, Index& y, Index& x) {
    if (!is_tuple(h, axes)) return false;
    y = one;
    for (Index i = 0; i < axes; ++i) {
        const Py_ssize_t value = PyLong_Check(item(h, i).ptr()) ? PyLong_AsSsize_t(item(h, i).ptr()) : -1;
        if (value < 0) {
            PyErr_Clear();
            return false;
        }
        (i == axes - 1 ? x : y) = value;
    }
    return true;
}

bool read_padding(handle h, Index axes, ConvShape& s) {
    if (!is_tuple(h, axes)) return false;
    if (axes == 2 && !read_pair(item(h, 0), 2, 0, s.top, s.bottom)) return false;
    return read_pair(item(h, axes - 1), 2, 0, s.left, s.right);
}

// The geometry of a convolution over one or two spatial axes; false where the reference must serve.
bool read_shape(const npy_intp* x, Index x_axes, handle w, handle strides, handle padding, handle dilation,
                handle groups, ConvShape& s) {
    const Index spatial = x_axes - 2;
    if (spatial < 1 || spatial > 2 || axes(w) != x_axes || !PyLong_Check(groups.ptr())) return false;
    if (!read_pair(strides, spatial, 1, s.stride_y, s.stride_x) ||
        !read_pair(dilation, spatial, 1, s.dilation_y, s.dilation_x) || !read_padding(padding, spatial, s)) {
        return false;
    }
    s.groups = PyLong_AsSsize_t(groups.ptr());
    s.n = x[0];
    s.height = spatial == 2 ? x[1] : 1;
    s.width = x[spatial];
    s.channels = x[spatial + 1];
    s.kernel_height = spatial == 2 ? length(w, 0) : 1;
    s.kernel_width = length(w, spatial - 1);
    s.filters = length(w, spatial + 1);
    if (s.n < 1 || s.height < 1 || s.width < 1 || s.channels < 1 || s.filters < 1 || s.groups < 1 || s.stride_x < 1 ||
        s.stride_y < 1 || s.dilation_x < 1 || s.dilation_y < 1 || s.kernel_height < 1 || s.kernel_width < 1 ||
        s.channels % s.groups || s.filters % s.groups || length(w, spatial) != s.channels / s.groups) {
        return false;
    }
    const Index reach_y = s.dilation_y * (s.kernel_height - 1) + 1, reach_x = s.dilation_x * (s.kernel_width - 1) + 1;
    const Index rest_y = s.height + s.top + s.bottom - reach_y, rest_x = s.width + s.left + s.right - reach_x;
    if (rest_y < 0 || rest_x < 0) return false;
    s.out_height = rest_y / s.stride_y + 1;
    s.out_width = rest_x / s.stride_x + 1;
    return s.out_height <= 1024 && s.kernel_height * s.kernel_width <= 1024;
}

// The input gradient is itself a correlation as long as the padding is narrower than the kernel.
bool has_narrow_padding(const ConvShape& s) {
    const Index reach_y = s.dilation_y * (s.kernel_height - 1), reach_x = s.dilation_x * (s.kernel_width - 1);
    return s.top <= reach_y && s.bottom <= reach_y && s.left <= reach_x && s.right <= reach_x;
}

Index multiplications(const ConvShape& s) {
    return s.n * s.out_height * s.out_width * s.filters * s.kernel_height * s.kernel_width * (s.channels / s.groups);
}

bool is_output(handle y, const ConvShape& s) {
    return is_float(y) && count(y) == s.n * s.out_height * s.out_width * s.filters && last(y) == s.filters;
}

object conv(handle x, handle w, handle b, handle strides, handle padding, handle dilation, handle groups,
            handle activation) {
    ConvShape s{};
    s.activation = activation_kind(activation);
    if (!are_floats({x, w}) || !is_float_or_none(b) || s.activation < 0 ||
        !read_shape(PyArray_DIMS(as_array(x)), axes(x), w, strides, padding, dilation, groups, s) ||
        !(b.is_none() || is_vector(b, s.filters))) {
        return otherwise("conv", x, w, b, strides, padding, dilation, groups, activation);
    }
    const npy_intp plane[4] = {s.n, s.out_height, s.out_width, s.filters}, line[3] = {s.n, s.out_width, s.filters};
    object y = axes(x) == 4 ? new_array(4, plane) : new_array(3, line);
    Computing computing(multiplications(s));
    active->conv(s, data(x), data(w), data(b), data(y));
    return y;
}

object conv_gradient(handle dy, handle x, handle w, handle y, handle strides, handle padding, handle dilation,
                     handle groups, handle activation, handle into) {
    ConvShape s{};
    s.activation = activation_kind(activation);
    if (!are_floats({dy, x, w}) || s.activation < 0 ||
        !read_shape(PyArray_DIMS(as_array(x)), axes(x), w, strides, padding, dilation, groups, s) ||
        !is_output(dy, s) || (s.activation != kLinear && !is_output(y, s)) || !is_tuple(into, 3) ||
        !is_target(item(into, 0), x) || !is_target(item(into, 1), w) || !is_target(item(into, 2), s.filters) ||
        !(item(into, 0).is_none() || has_narrow_padding(s))) {
        return otherwise("conv_gradient", dy, x, w, y, strides, padding, dilation, groups, activation, into);
    }
    object dx = target(item(into, 0), x), dw = target(item(into, 1), w), db = target(item(into, 2), s.filters);
    {
        Computing computing(multiplications(s));
        active->conv_gradient(s, data(dy), data(x), data(w), s.activation == kLinear ? nullptr : data(y), data(dx),
                              data(dw), data(db));
    }
    return nb::make_tuple(dx, dw, db);
}

object conv_input_gradient(handle dy, handle w, handle x_shape, handle strides, handle padding, handle dilation,
                           handle groups) {
    ConvShape s{};
    npy_intp shape[4];
    const Py_ssize_t size = PyTuple_CheckExact(x_shape.ptr()) ? PyTuple_GET_SIZE(x_shape.ptr()) : 0;
    bool known = size == 3 || size == 4;
    for (Py_ssize_t i = 0; known && i < size; ++i) {
        known = PyLong_Check(item(x_shape, i).ptr());
        if (known) shape[i] = PyLong_AsSsize_t(item(x_shape, i).ptr());
    }
    if (!known || !are_floats({dy, w}) ||
        !read_shape(shape, size, w, strides, padding, dilation, groups, s) || !is_output(dy, s) ||
        !has_narrow_padding(s)) {
        return otherwise("conv_input_gradient", dy, w, x_shape, strides, padding, dilation, groups);
    }
    object dx = new_array(static_cast<int>(size), shape);
    Computing computing(multiplications(s));
    active->conv_gradient(s, data(dy), nullptr, data(w), nullptr, data(dx), nullptr, nullptr);
    return dx;
}

}  // namespace

void bind_products(nb::module_& m) {
    using namespace nb::literals;
    m.def("dense", dense, "x"_a, "w"_a, "b"_a.none() = nb::none(), "activation"_a.none() = nb::none());
    m.def("dense_gradient", dense_gradient, "dy"_a, "x"_a, "w"_a, "y"_a.none(), "activation"_a.none(), "into"_a);
    m.def("conv", conv, "x"_a, "w"_a, "b"_a.none(), "strides"_a, "padding"_a, "dilation"_a, "groups"_a,
          "activation"_a.none() = nb::none());
    m.def("conv_gradient", conv_gradient, "dy"_a, "x"_a, "w"_a, "y"_a.none(), "strides"_a, "padding"_a, "dilation"_a,
          "groups"_a, "activation"_a.none(), "into"_a);
    m.def("conv_input_gradient", conv_input_gradient, "dy"_a, "w"_a, "x_shape"_a, "strides"_a, "padding"_a,
          "dilation"_a, "groups"_a);
}

}  // namespace minikeras
