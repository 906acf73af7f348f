// Calls that are made again and again on the same arrays: what a call allocated the first time it gets back.
#pragma once

#include "arrays.h"

namespace minikeras {

// The arrays that one call allocates, in order: noted while `noting`, handed out again afterwards.
struct Allocations {
    nb::handle noted;  // a list while noting, then a tuple
    Py_ssize_t next = 0;
    bool noting = false;
};

extern thread_local Allocations* allocations;  // those of the call that is being noted or repeated, or null

// An array for a kernel's result, from the allocations of the call at hand.
nb::object take_array(int dimensions, const npy_intp* shape, int type);

}  // namespace minikeras
