// NumPy arrays at the border: which ones the kernels take as they are, and new ones for their results.
#pragma once

#include <nanobind/nanobind.h>

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL minikeras_native_numpy
#ifndef MINIKERAS_IMPORTS_NUMPY
#define NO_IMPORT_ARRAY
#endif
#include <numpy/arrayobject.h>

#include <initializer_list>

#include <cstring>

#include "kernels.h"
#include "pool.h"

namespace minikeras {

namespace nb = nanobind;

extern const Kernels* active;  // the kernels of the instruction set in use
extern PyObject* fallback;     // a Python function (kernel name, *arguments) that serves every other case

inline PyArrayObject* as_array(nb::handle h) { return reinterpret_cast<PyArrayObject*>(h.ptr()); }

// A NumPy array of this type number, contiguous in C order and aligned.
inline bool is_plain(nb::handle h, int type) {
    return PyArray_CheckExact(h.ptr()) && PyArray_TYPE(as_array(h)) == type && PyArray_ISCARRAY_RO(as_array(h));
}
inline bool is_float(nb::handle h) { return is_plain(h, NPY_FLOAT32); }
inline bool is_float_or_none(nb::handle h) { return h.is_none() || is_float(h); }
inline bool are_floats(std::initializer_list<nb::handle> handles) {
    for (nb::handle h : handles) {
        if (!is_float(h)) return false;
    }
    return true;
}

inline Index axes(nb::handle h) { return PyArray_NDIM(as_array(h)); }
inline Index length(nb::handle h, Index axis) { return PyArray_DIM(as_array(h), static_cast<int>(axis)); }
inline Index count(nb::handle h) { return PyArray_SIZE(as_array(h)); }
inline Index last(nb::handle h) { return length(h, axes(h) - 1); }
inline bool same_shape(nb::handle a, nb::handle b) {
    return PyArray_SAMESHAPE(as_array(a), as_array(b));
}
inline bool is_vector(nb::handle h, Index size) { return axes(h) == 1 && length(h, 0) == size; }

inline float* data(nb::handle h) {
    return h.is_none() ? nullptr : static_cast<float*>(PyArray_DATA(as_array(h)));
}

struct Allocations;
extern thread_local Allocations* allocations;  // set while a call is noted or repeated, see repeat.h
nb::object take_array(int dimensions, const npy_intp* shape, int type);

inline nb::object new_array(int dimensions, const npy_intp* shape, int type = NPY_FLOAT32) {
    if (allocations) return take_array(dimensions, shape, type);
    PyObject* array = PyArray_SimpleNew(dimensions, const_cast<npy_intp*>(shape), type);
    if (!array) throw nb::python_error();
    return nb::steal(array);
}
inline nb::object new_like(nb::handle h) { return new_array(PyArray_NDIM(as_array(h)), PyArray_DIMS(as_array(h))); }
inline nb::object new_like_with_last(nb::handle h, npy_intp size) {
    npy_intp shape[NPY_MAXDIMS];
    const int dimensions = PyArray_NDIM(as_array(h));
    for (int i = 0; i < dimensions; ++i) shape[i] = PyArray_DIM(as_array(h), i);
    shape[dimensions - 1] = size;
    return new_array(dimensions, shape);
}

// One entry of `into`: None, True, or a writeable array of the shape of `like`. False if it is none of these.
inline bool is_target(nb::handle entry, nb::handle like) {
    if (entry.is_none() || entry.ptr() == Py_True) return true;
    return is_float(entry) && PyArray_ISWRITEABLE(as_array(entry)) && same_shape(entry, like);
}
inline bool is_target(nb::handle entry, Index size) {
    if (entry.is_none() || entry.ptr() == Py_True) return true;
    return is_float(entry) && PyArray_ISWRITEABLE(as_array(entry)) && is_vector(entry, size);
}
inline nb::object target(nb::handle entry, nb::handle like) {
    return entry.ptr() == Py_True ? new_like(like) : nb::borrow(entry);
}
inline nb::object target(nb::handle entry, npy_intp size) {
    return entry.ptr() == Py_True ? new_array(1, &size) : nb::borrow(entry);
}

inline bool is_tuple(nb::handle h, Py_ssize_t size) {
    return PyTuple_CheckExact(h.ptr()) && PyTuple_GET_SIZE(h.ptr()) == size;
}
inline nb::handle item(nb::handle tuple, Py_ssize_t index) { return PyTuple_GET_ITEM(tuple.ptr(), index); }

// The fused activation, or -1 where the reference must say what is wrong with it.
inline int activation_kind(nb::handle h) {
    if (h.is_none()) return kLinear;
    if (!PyUnicode_CheckExact(h.ptr())) return -1;
    const char* name = PyUnicode_AsUTF8(h.ptr());
    if (!name) throw nb::python_error();
    switch (name[0]) {
        case 'r': return std::strcmp(name, "relu") == 0 ? kRelu : -1;
        case 's': return std::strcmp(name, "sigmoid") == 0 ? kSigmoid : -1;
        case 't': return std::strcmp(name, "tanh") == 0 ? kTanh : -1;
        default: return -1;
    }
}

template <class... Arguments>
nb::object otherwise(const char* kernel, const Arguments&... arguments) {
    return nb::borrow<nb::callable>(fallback)(kernel, arguments...);
}

// Reads numbers (Python's, or NumPy scalars); false when one of them is none.
inline bool read_numbers(std::initializer_list<nb::handle> handles, double* numbers) {
    for (nb::handle h : handles) {
        *numbers = PyFloat_AsDouble(h.ptr());
        if (*numbers++ == -1.0 && PyErr_Occurred()) {
            PyErr_Clear();
            return false;
        }
    }
    return true;
}

// Integer indices as contiguous 64-bit ones, converted when they are of another kind; null if they are no integers.
inline nb::object as_indices(nb::handle h) {
    if (!PyArray_Check(h.ptr()) || !PyArray_ISINTEGER(as_array(h))) return nb::object();
    if (is_plain(h, NPY_INT64)) return nb::borrow(h);
    PyObject* converted = PyArray_FROM_OTF(h.ptr(), NPY_INT64, NPY_ARRAY_CARRAY_RO | NPY_ARRAY_FORCECAST);
    if (!converted) throw nb::python_error();
    return nb::steal(converted);
}
inline const Index* indices(nb::handle h) { return static_cast<const Index*>(PyArray_DATA(as_array(h))); }

// Whether all indices lie in [0, end).
inline bool are_inside(nb::handle h, Index end) {
    const Index *at = indices(h), size = count(h);
    std::size_t most = 0;
    for (Index i = 0; i < size; ++i) {
        if (static_cast<std::size_t>(at[i]) > most) most = static_cast<std::size_t>(at[i]);  // negative ones are huge
    }
    return size == 0 || most < static_cast<std::size_t>(end);
}

// Around a kernel: denormals are zero, and other Python threads may run where the work is worth the switch.
class Computing {
public:
    explicit Computing(Index work) : state_(work > 50000 ? PyEval_SaveThread() : nullptr) {}
    ~Computing() {
        if (state_) PyEval_RestoreThread(state_);
    }
    Computing(const Computing&) = delete;
    Computing& operator=(const Computing&) = delete;

private:
    FlushDenormals flush_;
    PyThreadState* state_;
};

void bind_contents(nb::module_& m);
void bind_products(nb::module_& m);
void bind_pooling(nb::module_& m);
void bind_losses(nb::module_& m);
void bind_optimizers(nb::module_& m);
void bind_rows(nb::module_& m);
void bind_normalization(nb::module_& m);
void bind_recurrent(nb::module_& m);
void bind_repeat(nb::module_& m);
void bind_sums(nb::module_& m);

}  // namespace minikeras
