// Repeating calls: the steps of a training loop run the same kernels on arrays of the same shapes, so the first run
// notes what each call allocates, and every later one gets the same arrays back. A steady step then allocates nothing,
// and since no result moves, later calls find their inputs where they were: the list of calls is the whole step.
#include "repeat.h"

#include <stdexcept>

namespace minikeras {

thread_local Allocations* allocations = nullptr;

namespace {

using nb::handle;
using nb::object;

nb::object fresh_array(int dimensions, const npy_intp* shape, int type) {
    PyObject* array = PyArray_SimpleNew(dimensions, const_cast<npy_intp*>(shape), type);
    if (!array) throw nb::python_error();
    return nb::steal(array);
}

// Makes the allocations current for the time of a call; calls may be nested.
class Current {
   public:
    explicit Current(Allocations& mine) : before_(allocations) { allocations = &mine; }
    ~Current() { allocations = before_; }
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;

   private:
    Allocations* before_;
};

object call(handle function, handle arguments) {
    PyObject* result = PyObject_Vectorcall(function.ptr(), &PyTuple_GET_ITEM(arguments.ptr(), 0),
                                           static_cast<size_t>(PyTuple_GET_SIZE(arguments.ptr())), nullptr);
    if (!result) throw nb::python_error();
    return nb::steal(result);
}

// (what function(*arguments) returns, the tuple of arrays that the kernels called by it allocated)
nb::tuple noted(nb::callable function, nb::tuple arguments) {
    nb::list arrays;
    Allocations mine{arrays, 0, true};
    object result;
    {
        Current current(mine);
        result = call(function, arguments);
    }
    return nb::make_tuple(result, nb::tuple(arrays));
}

// Makes the calls, a list of (function, arguments, arrays that it allocated when it was noted), in order.
void repeat(nb::list calls) {
    const Py_ssize_t size = PyList_GET_SIZE(calls.ptr());
    for (Py_ssize_t i = 0; i < size; ++i) {
        const handle entry = PyList_GET_ITEM(calls.ptr(), i);
        Allocations mine{PyTuple_GET_ITEM(entry.ptr(), 2)};
        Current current(mine);
        call(PyTuple_GET_ITEM(entry.ptr(), 0), PyTuple_GET_ITEM(entry.ptr(), 1));
    }
}

void check_calls(nb::list calls) {
    for (handle entry : calls) {
        if (!is_tuple(entry, 3) || !PyCallable_Check(item(entry, 0).ptr()) || !PyTuple_CheckExact(item(entry, 1).ptr()) ||
            !PyTuple_CheckExact(item(entry, 2).ptr())) {
            throw nb::type_error("repeat expected a list of (function, tuple of arguments, tuple of arrays).");
        }
    }
}

}  // namespace

object take_array(int dimensions, const npy_intp* shape, int type) {
    Allocations& mine = *allocations;
    if (mine.noting) {
        object array = fresh_array(dimensions, shape, type);
        if (PyList_Append(mine.noted.ptr(), array.ptr()) < 0) throw nb::python_error();
        return array;
    }
    if (mine.next < PyTuple_GET_SIZE(mine.noted.ptr())) {
        const handle array = PyTuple_GET_ITEM(mine.noted.ptr(), mine.next++);
        if (axes(array) == dimensions && PyArray_TYPE(as_array(array)) == type &&
            PyArray_CompareLists(PyArray_DIMS(as_array(array)), const_cast<npy_intp*>(shape), dimensions)) {
            return nb::borrow(array);
        }
    }
    throw std::runtime_error("A repeated call asked for other arrays than when it was noted.");
}

void bind_repeat(nb::module_& m) {
    m.def("noted", noted);
    m.def("repeat", [](nb::list calls) {
        check_calls(calls);
        repeat(calls);
    });
}

}  // namespace minikeras
