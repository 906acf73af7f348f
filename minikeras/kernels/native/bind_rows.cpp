// Python's view of gather, the embedding gradient and dropout.
#include "arrays.h"

namespace minikeras {
namespace {

using nb::handle;
using nb::object;

int element_of(handle x) {
    switch (PyArray_TYPE(as_array(x))) {
        case NPY_UINT8: return kByte;
        case NPY_BOOL: return kBool;
        case NPY_INT32: return kInt32;
        case NPY_INT64: return kInt64;
        case NPY_FLOAT32: return kFloat;
        case NPY_FLOAT64: return kDouble;
        default: return -1;
    }
}

int type_of(handle dtype) {
    PyArray_Descr* description = nullptr;
    if (PyArray_DescrConverter(dtype.ptr(), &description) == NPY_FAIL) throw nb::python_error();
    const int result = description->type_num;
    Py_DECREF(description);
    return result;
}

object gather(handle x, handle indices_, handle dtype, handle out) {
    object index = as_indices(indices_);
    const bool plain = index.is_valid() && PyArray_CheckExact(x.ptr()) && PyArray_ISCARRAY_RO(as_array(x)) &&
                       axes(x) >= 1 && element_of(x) >= 0 && count(x) > 0 && are_inside(index, length(x, 0));
    const int type = plain ? type_of(dtype) : NPY_NOTYPE;
    const bool copies = plain && type == PyArray_TYPE(as_array(x));  // labels, mostly: nothing to convert
    if (!plain || !(copies || type == NPY_FLOAT32)) return otherwise("gather", x, indices_, dtype, out);
    npy_intp shape[NPY_MAXDIMS];
    const Index index_axes = axes(index), x_axes = axes(x);
    if (index_axes + x_axes - 1 > NPY_MAXDIMS) return otherwise("gather", x, indices_, dtype, out);
    for (Index i = 0; i < index_axes; ++i) shape[i] = length(index, i);
    for (Index i = 1; i < x_axes; ++i) shape[index_axes + i - 1] = length(x, i);
    const int dimensions = static_cast<int>(index_axes + x_axes - 1);
    object result;
    if (out.is_none()) {
        result = new_array(dimensions, shape, type);
    } else {
        if (!is_plain(out, type) || !PyArray_ISWRITEABLE(as_array(out)) || axes(out) != dimensions ||
            !PyArray_CompareLists(PyArray_DIMS(as_array(out)), shape, dimensions)) {
            return otherwise("gather", x, indices_, dtype, out);
        }
        result = nb::borrow(out);
    }
    const Index width = count(x) / length(x, 0);
    if (copies && type != NPY_FLOAT32) {
        const std::size_t bytes = static_cast<std::size_t>(width * PyArray_ITEMSIZE(as_array(x)));
        const char* rows = static_cast<const char*>(PyArray_DATA(as_array(x)));
        char* to = static_cast<char*>(PyArray_DATA(as_array(result)));
        for (Index i = 0; i < count(index); ++i) std::memcpy(to + i * bytes, rows + indices(index)[i] * bytes, bytes);
        return result;
    }
    Computing computing(count(index) * width);
    active->gather(count(index), width, element_of(x), PyArray_DATA(as_array(x)), indices(index), data(result));
    return result;
}

object embedding_gradient(handle dy, handle indices_, handle rows, handle into) {
    object index = as_indices(indices_);
    const Index table = PyLong_Check(rows.ptr()) ? PyLong_AsSsize_t(rows.ptr()) : -1;
    if (!index.is_valid() || !is_float(dy) || axes(dy) != axes(index) + 1 || table < 1 || count(dy) == 0 ||
        !PyArray_CompareLists(PyArray_DIMS(as_array(dy)), PyArray_DIMS(as_array(index)), PyArray_NDIM(as_array(index))) ||
        !are_inside(index, table)) {
        return otherwise("embedding_gradient", dy, indices_, rows, into);
    }
    const npy_intp shape[2] = {table, last(dy)};
    object dw;
    if (into.ptr() == Py_True) {
        dw = new_array(2, shape);
    } else {
        if (!is_float(into) || !PyArray_ISWRITEABLE(as_array(into)) || axes(into) != 2 || length(into, 0) != table ||
            length(into, 1) != last(dy)) {
            return otherwise("embedding_gradient", dy, indices_, rows, into);
        }
        dw = nb::borrow(into);
    }
    Computing computing(count(dy) + table * last(dy));
    active->embedding_gradient(count(index), table, last(dy), data(dy), indices(index), data(dw));
    return dw;
}

std::uint32_t mixed(std::uint32_t bits) {
    bits ^= bits >> 16;
    bits *= 0x7feb352du;
    bits ^= bits >> 15;
    bits *= 0x846ca68bu;
    return bits ^ bits >> 16;
}

object dropout(handle x, handle rate, handle seed, handle counter) {
    double share = 0;
    if (!is_float(x) || !read_numbers({rate}, &share) || share < 0 || share >= 1 || !PyLong_Check(seed.ptr()) ||
        !PyLong_Check(counter.ptr()) || count(x) == 0) {
        return otherwise("dropout", x, rate, seed, counter);
    }
    std::uint32_t key = 0;
    for (handle number : {counter, seed}) {
        const unsigned long long value = PyLong_AsUnsignedLongLongMask(number.ptr());
        key = mixed(key + static_cast<std::uint32_t>(value >> 32));
        key = mixed(key + static_cast<std::uint32_t>(value));
    }
    const std::uint32_t keys[3] = {key, mixed(key + 0x9e3779b9u), static_cast<std::uint32_t>(share * 4294967296.0)};
    object y = new_like(x), scale = new_like(x);
    {
        Computing computing(count(x));
        active->dropout(count(x), static_cast<float>(1 / (1 - share)), keys, data(x), data(y), data(scale));
    }
    return nb::make_tuple(y, scale);
}

}  // namespace

void bind_rows(nb::module_& m) {
    using namespace nb::literals;
    m.def("gather", gather, "x"_a, "indices"_a, "dtype"_a, "out"_a.none() = nb::none());
    m.def("embedding_gradient", embedding_gradient, "dy"_a, "indices"_a, "rows"_a, "into"_a = true);
    m.def("dropout", dropout, "x"_a, "rate"_a, "seed"_a, "counter"_a);
}

}  // namespace minikeras
