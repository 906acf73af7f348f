// Whether dictionaries and lists still hold the same objects. A replayed prediction asks this of all that a model consists
// of before each call, a few hundred objects in a call of some ten microseconds: so they are compared by their addresses
// where they lie, without a list, an iterator or a reference made on the way, and without running anybody's code.
#include "arrays.h"

namespace minikeras {

namespace {

using nb::handle;

bool holds(handle dictionary, handle keys, handle values, handle any) {
    const Py_ssize_t size = PyTuple_GET_SIZE(keys.ptr());
    if (PyDict_GET_SIZE(dictionary.ptr()) != size) return false;
    Py_ssize_t position = 0, i = 0;
    PyObject *key, *value;
    while (i < size && PyDict_Next(dictionary.ptr(), &position, &key, &value)) {
        const handle expected = item(values, i);
        if (key != item(keys, i).ptr() || (value != expected.ptr() && !expected.is(any))) return false;
        ++i;
    }
    return i == size;
}

bool holds(handle list, handle values, handle any) {
    const Py_ssize_t size = PyTuple_GET_SIZE(values.ptr());
    if (PyList_GET_SIZE(list.ptr()) != size) return false;
    for (Py_ssize_t i = 0; i < size; ++i) {
        const handle expected = item(values, i);
        if (PyList_GET_ITEM(list.ptr(), i) != expected.ptr() && !expected.is(any)) return false;
    }
    return true;
}

// contents: (dictionary, its keys, their values) or (list, None, its items), where `any` stands for any object.
bool is_unchanged(nb::list contents, handle any) {
    for (handle entry : contents) {
        if (!is_tuple(entry, 3) || !PyTuple_CheckExact(item(entry, 2).ptr())) {
            throw nb::type_error("is_unchanged expected (container, keys, values).");
        }
        const handle container = item(entry, 0), keys = item(entry, 1), values = item(entry, 2);
        if (PyDict_Check(container.ptr()) && is_tuple(keys, PyTuple_GET_SIZE(values.ptr()))) {
            if (!holds(container, keys, values, any)) return false;
        } else if (PyList_Check(container.ptr()) && keys.is_none()) {
            if (!holds(container, values, any)) return false;
        } else {
            throw nb::type_error("is_unchanged expected dictionaries with keys and values, and lists with items.");
        }
    }
    return true;
}

}  // namespace

void bind_contents(nb::module_& m) { m.def("is_unchanged", is_unchanged, nb::arg(), nb::arg().none()); }

}  // namespace minikeras
