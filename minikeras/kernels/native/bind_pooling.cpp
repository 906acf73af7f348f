// Python's view of max and average pooling.
#include "arrays.h"

namespace minikeras {
namespace {

using nb::handle;
using nb::object;

bool read_sizes(handle h, Index axes, Index& y, Index& x) {
    if (!is_tuple(h, axes)) return false;
    y = 1;
    for (Index i = 0; i < axes; ++i) {
        if (!PyLong_Check(item(h, i).ptr())) return false;
        const Py_ssize_t value = PyLong_AsSsize_t(item(h, i).ptr());
        if (value < 1) return false;
        (i == axes - 1 ? x : y) = value;
    }
    return true;
}

bool read_edges(handle h, Index& low, Index& high) {
    if (!is_tuple(h, 2) || !PyLong_Check(item(h, 0).ptr()) || !PyLong_Check(item(h, 1).ptr())) return false;
    low = PyLong_AsSsize_t(item(h, 0).ptr());
    high = PyLong_AsSsize_t(item(h, 1).ptr());
    return low >= 0 && high >= 0;
}

// The geometry of pooling over one or two spatial axes; false where the reference must serve.
bool read_shape(const npy_intp* x, Index axes, handle size, handle strides, handle padding, PoolShape& s) {
    const Index spatial = axes - 2;
    if (spatial < 1 || spatial > 2 || !read_sizes(size, spatial, s.window_height, s.window_width) ||
        !read_sizes(strides, spatial, s.stride_y, s.stride_x) || !is_tuple(padding, spatial)) {
        return false;
    }
    Index bottom = 0, right = 0;
    if (spatial == 2 && !read_edges(item(padding, 0), s.top, bottom)) return false;
    if (!read_edges(item(padding, spatial - 1), s.left, right)) return false;
    s.n = x[0];
    s.height = spatial == 2 ? x[1] : 1;
    s.width = x[spatial];
    s.channels = x[spatial + 1];
    const Index rest_y = s.height + s.top + bottom - s.window_height, rest_x = s.width + s.left + right - s.window_width;
    // A window must meet the image, and a tap's number must fit a byte.
    if (s.n < 1 || s.height < 1 || s.width < 1 || s.channels < 1 || rest_y < 0 || rest_x < 0 ||
        s.top >= s.window_height || bottom >= s.window_height || s.left >= s.window_width ||
        right >= s.window_width || s.window_height * s.window_width > 256) {
        return false;
    }
    s.out_height = rest_y / s.stride_y + 1;
    s.out_width = rest_x / s.stride_x + 1;
    return true;
}

bool read_array_shape(handle x, handle size, handle strides, handle padding, PoolShape& s) {
    return is_float(x) && read_shape(PyArray_DIMS(as_array(x)), axes(x), size, strides, padding, s);
}

bool read_tuple_shape(handle x_shape, npy_intp* shape, Index& axes, handle size, handle strides, handle padding,
                      PoolShape& s) {
    axes = PyTuple_CheckExact(x_shape.ptr()) ? PyTuple_GET_SIZE(x_shape.ptr()) : 0;
    if (axes != 3 && axes != 4) return false;
    for (Index i = 0; i < axes; ++i) {
        if (!PyLong_Check(item(x_shape, i).ptr())) return false;
        shape[i] = PyLong_AsSsize_t(item(x_shape, i).ptr());
    }
    return read_shape(shape, axes, size, strides, padding, s);
}

object new_output(const PoolShape& s, Index axes, int type = NPY_FLOAT32) {
    const npy_intp plane[4] = {s.n, s.out_height, s.out_width, s.channels}, line[3] = {s.n, s.out_width, s.channels};
    return axes == 4 ? new_array(4, plane, type) : new_array(3, line, type);
}

Index work(const PoolShape& s) {
    return s.n * s.out_height * s.out_width * s.channels * s.window_height * s.window_width;
}

bool is_gradient(handle dy, const PoolShape& s) {
    return is_float(dy) && count(dy) == s.n * s.out_height * s.out_width * s.channels;
}

object max_pool(handle x, handle size, handle strides, handle padding) {
    PoolShape s{};
    if (!read_array_shape(x, size, strides, padding, s)) return otherwise("max_pool", x, size, strides, padding);
    object y = new_output(s, axes(x)), winners = new_output(s, axes(x), NPY_UINT8);
    {
        Computing computing(work(s));
        active->max_pool(s, data(x), data(y), static_cast<std::uint8_t*>(PyArray_DATA(as_array(winners))));
    }
    return nb::make_tuple(y, winners);
}

object max_pool_gradient(handle dy, handle winners, handle x_shape, handle size, handle strides, handle padding) {
    PoolShape s{};
    npy_intp shape[4];
    Index axes = 0;
    if (!read_tuple_shape(x_shape, shape, axes, size, strides, padding, s) || !is_gradient(dy, s) ||
        !is_plain(winners, NPY_UINT8) || count(winners) != count(dy)) {
        return otherwise("max_pool_gradient", dy, winners, x_shape, size, strides, padding);
    }
    object dx = new_array(static_cast<int>(axes), shape);
    Computing computing(work(s));
    active->max_pool_gradient(s, data(dy), static_cast<const std::uint8_t*>(PyArray_DATA(as_array(winners))),
                              data(dx));
    return dx;
}

object average_pool(handle x, handle size, handle strides, handle padding) {
    PoolShape s{};
    if (!read_array_shape(x, size, strides, padding, s)) return otherwise("average_pool", x, size, strides, padding);
    object y = new_output(s, axes(x));
    Computing computing(work(s));
    active->average_pool(s, data(x), data(y));
    return y;
}

object average_pool_gradient(handle dy, handle x_shape, handle size, handle strides, handle padding) {
    PoolShape s{};
    npy_intp shape[4];
    Index axes = 0;
    if (!read_tuple_shape(x_shape, shape, axes, size, strides, padding, s) || !is_gradient(dy, s)) {
        return otherwise("average_pool_gradient", dy, x_shape, size, strides, padding);
    }
    object dx = new_array(static_cast<int>(axes), shape);
    Computing computing(work(s));
    active->average_pool_gradient(s, data(dy), data(dx));
    return dx;
}

}  // namespace

void bind_pooling(nb::module_& m) {
    using namespace nb::literals;
    m.def("max_pool", max_pool, "x"_a, "size"_a, "strides"_a, "padding"_a);
    m.def("max_pool_gradient", max_pool_gradient, "dy"_a, "winners"_a, "x_shape"_a, "size"_a, "strides"_a,
          "padding"_a);
    m.def("average_pool", average_pool, "x"_a, "size"_a, "strides"_a, "padding"_a);
    m.def("average_pool_gradient", average_pool_gradient, "dy"_a, "x_shape"_a, "size"_a, "strides"_a, "padding"_a);
}

}  // namespace minikeras
