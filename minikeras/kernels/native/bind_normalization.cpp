// Python's view of batch and layer normalization.
#include "arrays.h"

namespace minikeras {
namespace {

using nb::handle;
using nb::object;

bool is_scale(handle h, handle x) { return h.is_none() || (is_float(h) && is_vector(h, last(x))); }
bool is_input(handle x) { return is_float(x) && axes(x) >= 1 && count(x) > 0; }

object new_column(handle x) {
    const npy_intp size = last(x);
    return new_array(1, &size);
}

object batch_norm(handle x, handle gamma, handle beta, handle epsilon) {
    double number = 0;
    if (!is_input(x) || !is_scale(gamma, x) || !is_scale(beta, x) || !read_numbers({epsilon}, &number)) {
        return otherwise("batch_norm", x, gamma, beta, epsilon);
    }
    object y = new_like(x), mean = new_column(x), variance = new_column(x), inverse = new_column(x);
    {
        Computing computing(4 * count(x));
        active->batch_norm(count(x) / last(x), last(x), data(x), data(gamma), data(beta), static_cast<float>(number),
                           data(y), data(mean), data(variance), data(inverse));
    }
    return nb::make_tuple(y, mean, variance, inverse);
}

object batch_norm_inference(handle x, handle gamma, handle beta, handle mean, handle variance, handle epsilon) {
    double number = 0;
    if (!is_input(x) || !is_scale(gamma, x) || !is_scale(beta, x) || mean.is_none() || !is_scale(mean, x) ||
        variance.is_none() || !is_scale(variance, x) || !read_numbers({epsilon}, &number)) {
        return otherwise("batch_norm_inference", x, gamma, beta, mean, variance, epsilon);
    }
    object y = new_like(x);
    Computing computing(count(x));
    active->batch_norm_inference(count(x) / last(x), last(x), data(x), data(gamma), data(beta), data(mean),
                                 data(variance), static_cast<float>(number), data(y));
    return y;
}

object layer_norm(handle x, handle gamma, handle beta, handle epsilon) {
    double number = 0;
    if (!is_input(x) || !is_scale(gamma, x) || !is_scale(beta, x) || !read_numbers({epsilon}, &number)) {
        return otherwise("layer_norm", x, gamma, beta, epsilon);
    }
    object y = new_like(x), mean = new_like_with_last(x, 1), inverse = new_like_with_last(x, 1);
    {
        Computing computing(4 * count(x));
        active->layer_norm(count(x) / last(x), last(x), data(x), data(gamma), data(beta), static_cast<float>(number),
                           data(y), data(mean), data(inverse));
    }
    return nb::make_tuple(y, mean, inverse);
}

template <bool kBatch>
object gradient(handle dy, handle x, handle gamma, handle mean, handle inverse, handle into) {
    const char* const name = kBatch ? "batch_norm_gradient" : "layer_norm_gradient";
    if (!is_input(x) || !is_float(dy) || !same_shape(dy, x) || !is_scale(gamma, x) || !are_floats({mean, inverse}) ||
        !is_tuple(into, 3) || !is_target(item(into, 0), x) || !is_target(item(into, 1), last(x)) ||
        !is_target(item(into, 2), last(x))) {
        return otherwise(name, dy, x, gamma, mean, inverse, into);
    }
    const Index columns = last(x), rows = count(x) / columns, statistics = kBatch ? columns : rows;
    if (count(mean) != statistics || count(inverse) != statistics) {
        return otherwise(name, dy, x, gamma, mean, inverse, into);
    }
    object dx = target(item(into, 0), x), dgamma = target(item(into, 1), columns), dbeta = target(item(into, 2), columns);
    {
        Computing computing(4 * count(x));
        const auto kernel = kBatch ? active->batch_norm_gradient : active->layer_norm_gradient;
        kernel(rows, columns, data(dy), data(x), data(gamma), data(mean), data(inverse), data(dx), data(dgamma),
               data(dbeta));
    }
    return nb::make_tuple(dx, dgamma, dbeta);
}

}  // namespace

void bind_normalization(nb::module_& m) {
    using namespace nb::literals;
    m.def("batch_norm", batch_norm, "x"_a, "gamma"_a.none(), "beta"_a.none(), "epsilon"_a);
    m.def("batch_norm_inference", batch_norm_inference, "x"_a, "gamma"_a.none(), "beta"_a.none(), "mean"_a,
          "variance"_a, "epsilon"_a);
    m.def("layer_norm", layer_norm, "x"_a, "gamma"_a.none(), "beta"_a.none(), "epsilon"_a);
    m.def("batch_norm_gradient", gradient<true>, "dy"_a, "x"_a, "gamma"_a.none(), "mean"_a, "inverse"_a, "into"_a);
    m.def("layer_norm_gradient", gradient<false>, "dy"_a, "x"_a, "gamma"_a.none(), "mean"_a, "inverse"_a, "into"_a);
}

}  // namespace minikeras
