// The module minikeras.kernels._native: which instruction set, how many threads, and the kernels.
#define MINIKERAS_IMPORTS_NUMPY
#include "arrays.h"

#include <stdexcept>
#include <string>

namespace minikeras {

const Kernels* active = nullptr;
PyObject* fallback = nullptr;

namespace {

const Kernels* best() {
    if (const Kernels* kernels = kernels_avx512()) return kernels;
    if (const Kernels* kernels = kernels_avx2()) return kernels;
    return kernels_portable();
}

void use(const std::string& name) {
    for (const Kernels* kernels : {kernels_avx512(), kernels_avx2(), kernels_portable()}) {
        if (kernels && name == kernels->name) {
            active = kernels;
            return;
        }
    }
    throw nb::import_error(("The native kernels expected an instruction set this processor has, received '" + name +
                            "'. Choose another one or leave the choice to the module.")
                               .c_str());
}

nb::tuple instruction_sets() {
    nb::list names;
    for (const Kernels* kernels : {kernels_avx512(), kernels_avx2(), kernels_portable()}) {
        if (kernels) names.append(kernels->name);
    }
    return nb::tuple(names);
}

int import_numpy() {
    import_array1(-1);
    return 0;
}

}  // namespace
}  // namespace minikeras

NB_MODULE(_native, m) {
    using namespace minikeras;
    if (import_numpy() < 0) throw nb::python_error();
    active = best();
    m.def("use", [](nb::str name) { use(name.c_str()); });
    m.def("instruction_set", [] { return active->name; });
    m.def("instruction_sets", instruction_sets);
    m.def("num_threads", num_threads);
    m.def("set_num_threads", set_num_threads);
    m.def("multiply_add_peak", [](Index rounds) { return active->multiply_add_peak(rounds); });
    m.def("copy_peak", [](Index floats, Index rounds) { return active->copy_peak(floats, rounds); });
    m.def("set_fallback", [](nb::object function) {
        Py_XDECREF(fallback);
        fallback = function.release().ptr();
    });
    bind_contents(m);
    bind_products(m);
    bind_pooling(m);
    bind_losses(m);
    bind_optimizers(m);
    bind_rows(m);
    bind_normalization(m);
    bind_recurrent(m);
    bind_repeat(m);
    bind_sums(m);
}
