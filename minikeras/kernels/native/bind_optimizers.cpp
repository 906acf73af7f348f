// Python's view of the optimizer updates. Scalars are rounded to float32 where Keras rounds them.
#include <cmath>

#include "arrays.h"

namespace minikeras {
namespace {

using nb::handle;
using nb::object;

// w and its slots are writeable float32 arrays of one size, g a readable one; slots that are not there are None.
bool are_slots(handle w, handle g, std::initializer_list<handle> slots) {
    if (!is_float(w) || !PyArray_ISWRITEABLE(as_array(w)) || !is_float(g) || count(g) != count(w)) return false;
    for (handle slot : slots) {
        if (slot.is_none()) continue;
        if (!is_float(slot) || !PyArray_ISWRITEABLE(as_array(slot)) || count(slot) != count(w)) return false;
    }
    return true;
}

object run(const Update& u, handle w, handle g, handle s0, handle s1, handle s2) {
    float* const slots[3] = {data(s0), data(s1), data(s2)};
    {
        Computing computing(u.count);
        active->update(u, data(w), data(g), slots);
    }
    return nb::none();
}

float rounded(double value) { return static_cast<float>(value); }

object sgd(handle w, handle g, handle lr) {
    double n[1];
    if (!are_slots(w, g, {}) || !read_numbers({lr}, n)) return otherwise("sgd", w, g, lr);
    Update u{};
    u.rule = kSgd;
    u.count = count(w);
    u.rate = rounded(n[0]);
    return run(u, w, g, nb::none(), nb::none(), nb::none());
}

object momentum(handle w, handle g, handle v, handle lr, handle momentum, handle nesterov) {
    double n[2];
    if (v.is_none() || !are_slots(w, g, {v}) || !read_numbers({lr, momentum}, n)) {
        return otherwise("momentum", w, g, v, lr, momentum, nesterov);
    }
    Update u{};
    u.rule = PyObject_IsTrue(nesterov.ptr()) ? kNesterov : kMomentum;
    u.count = count(w);
    u.rate = rounded(n[0]);
    u.first = rounded(n[1]);
    return run(u, w, g, v, nb::none(), nb::none());
}

object adam(handle w, handle g, handle m, handle v, handle lr, handle beta_1, handle beta_2, handle epsilon,
            handle step, handle vhat) {
    double n[5];
    if (m.is_none() || v.is_none() || !are_slots(w, g, {m, v, vhat}) ||
        !read_numbers({lr, beta_1, beta_2, epsilon, step}, n)) {
        return otherwise("adam", w, g, m, v, lr, beta_1, beta_2, epsilon, step, vhat);
    }
    const float rest_1 = 1.0f - rounded(std::pow(static_cast<double>(rounded(n[1])), n[4]));
    const float rest_2 = 1.0f - rounded(std::pow(static_cast<double>(rounded(n[2])), n[4]));
    Update u{};
    u.rule = vhat.is_none() ? kAdam : kAmsgrad;
    u.count = count(w);
    u.rate = rounded(n[0]) * std::sqrt(rest_2) / rest_1;
    u.first = rounded(1 - n[1]);
    u.second = rounded(1 - n[2]);
    u.epsilon = rounded(n[3]);
    return run(u, w, g, m, v, vhat);
}

object rmsprop(handle w, handle g, handle v, handle lr, handle rho, handle epsilon, handle momentum, handle mom,
               handle avg) {
    double n[4];
    if (v.is_none() || !are_slots(w, g, {v, mom, avg}) || !read_numbers({lr, rho, epsilon, momentum}, n)) {
        return otherwise("rmsprop", w, g, v, lr, rho, epsilon, momentum, mom, avg);
    }
    Update u{};
    u.rule = kRmsprop;
    u.count = count(w);
    u.rate = rounded(n[0]);
    u.first = rounded(n[1]);
    u.rest = rounded(1 - n[1]);
    u.epsilon = rounded(n[2]);
    u.second = rounded(n[3]);
    u.momentum = !mom.is_none();
    u.centered = !avg.is_none();
    return run(u, w, g, v, mom, avg);
}

object adagrad(handle w, handle g, handle a, handle lr, handle epsilon) {
    double n[2];
    if (a.is_none() || !are_slots(w, g, {a}) || !read_numbers({lr, epsilon}, n)) {
        return otherwise("adagrad", w, g, a, lr, epsilon);
    }
    Update u{};
    u.rule = kAdagrad;
    u.count = count(w);
    u.rate = rounded(n[0]);
    u.epsilon = rounded(n[1]);
    return run(u, w, g, a, nb::none(), nb::none());
}

object adadelta(handle w, handle g, handle a, handle d, handle lr, handle rho, handle epsilon) {
    double n[3];
    if (a.is_none() || d.is_none() || !are_slots(w, g, {a, d}) || !read_numbers({lr, rho, epsilon}, n)) {
        return otherwise("adadelta", w, g, a, d, lr, rho, epsilon);
    }
    Update u{};
    u.rule = kAdadelta;
    u.count = count(w);
    u.rate = rounded(n[0]);
    u.first = rounded(n[1]);
    u.rest = rounded(1 - n[1]);
    u.epsilon = rounded(n[2]);
    return run(u, w, g, a, d, nb::none());
}

object squared_norm(handle g) {
    if (!is_float(g)) return otherwise("squared_norm", g);
    double norm;
    {
        Computing computing(count(g));
        norm = active->squared_norm(count(g), data(g));
    }
    return nb::float_(norm);
}

}  // namespace

void bind_optimizers(nb::module_& m) {
    using namespace nb::literals;
    m.def("sgd", sgd, "w"_a, "g"_a, "lr"_a);
    m.def("momentum", momentum, "w"_a, "g"_a, "v"_a, "lr"_a, "momentum"_a, "nesterov"_a);
    m.def("adam", adam, "w"_a, "g"_a, "m"_a, "v"_a, "lr"_a, "beta_1"_a, "beta_2"_a, "epsilon"_a, "step"_a,
          "vhat"_a.none() = nb::none());
    m.def("rmsprop", rmsprop, "w"_a, "g"_a, "v"_a, "lr"_a, "rho"_a, "epsilon"_a, "momentum"_a = 0.0,
          "mom"_a.none() = nb::none(), "avg"_a.none() = nb::none());
    m.def("adagrad", adagrad, "w"_a, "g"_a, "a"_a, "lr"_a, "epsilon"_a);
    m.def("adadelta", adadelta, "w"_a, "g"_a, "a"_a, "d"_a, "lr"_a, "rho"_a, "epsilon"_a);
    m.def("squared_norm", squared_norm, "g"_a);
}

}  // namespace minikeras
