// Sums of a whole array and what follows from them: the mean of losses, penalties on weights, and hits of a classifier.
// They are small next to the products of a step, so they run on one thread, in one order, with sums in double.
#include "arrays.h"

#include <cmath>

namespace minikeras {
namespace {

using nb::handle;
using nb::object;

// Four sums side by side: an addition need not wait for the one before.
template <class Term>
double total(Index size, const Term& term) {
    double part[4] = {0, 0, 0, 0};
    Index i = 0;
    for (; i + 4 <= size; i += 4) {
        for (Index j = 0; j < 4; ++j) part[j] += term(i + j);
    }
    for (; i < size; ++i) part[0] += term(i);
    return (part[0] + part[1]) + (part[2] + part[3]);
}

object scalar(double value) {
    object result = new_array(0, nullptr);
    *data(result) = static_cast<float>(value);
    return result;
}

object mean(handle x) {
    if (!is_float(x) || count(x) == 0) return otherwise("mean", x);
    const float* values = data(x);
    return scalar(total(count(x), [=](Index i) { return values[i]; }) / static_cast<double>(count(x)));
}

object mean_gradient(handle dy, handle x) {
    if (!are_floats({dy, x}) || axes(dy) != 0 || count(x) == 0) return otherwise("mean_gradient", dy, x);
    object dx = new_like(x);
    const float share = *data(dy) / static_cast<float>(count(x));
    float* values = data(dx);
    for (Index i = 0, size = count(x); i < size; ++i) values[i] = share;
    return dx;
}

object penalty(handle x, handle l1, handle l2) {
    double factors[2];
    if (!is_float(x) || !read_numbers({l1, l2}, factors)) return otherwise("penalty", x, l1, l2);
    const float* w = data(x);
    double value = 0;
    if (factors[0] != 0) value += factors[0] * total(count(x), [=](Index i) { return std::fabs(w[i]); });
    if (factors[1] != 0) value += factors[1] * total(count(x), [=](Index i) { return static_cast<double>(w[i]) * w[i]; });
    return scalar(value);
}

object penalty_gradient(handle dy, handle x, handle l1, handle l2, handle into) {
    double factors[2];
    if (!are_floats({dy, x}) || axes(dy) != 0 || !read_numbers({l1, l2}, factors) || into.is_none() || !is_target(into, x)) {
        return otherwise("penalty_gradient", dy, x, l1, l2, into);
    }
    object dx = target(into, x);
    const float steady = static_cast<float>(factors[0]) * *data(dy), rising = static_cast<float>(2 * factors[1]) * *data(dy);
    const float* w = data(x);
    float* result = data(dx);
    for (Index i = 0, size = count(x); i < size; ++i) {
        const float side = w[i] > 0 ? steady : w[i] < 0 ? -steady : 0.0f;
        result[i] = w[i] * rising + side;
    }
    return dx;
}

// Whether NumPy's argmax would choose this place: the first of the largest, and the first NaN before them all.
bool is_largest(const float* row, Index width, Index place) {
    const float value = row[place];
    const bool nan = std::isnan(value);
    bool other = false;
    for (Index i = 0; i < place; ++i) other |= nan ? std::isnan(row[i]) : !(row[i] < value);
    for (Index i = place + 1; i < width; ++i) other |= !nan && !(row[i] <= value);
    return !other;
}

object hits(handle labels, handle y) {
    if (!is_plain(labels, NPY_INT64) || !is_float(y) || axes(y) < 1 || last(y) < 1 || count(y) / last(y) != count(labels)) {
        return otherwise("hits", labels, y);
    }
    const Index rows = count(labels), width = last(y);
    const Index* wanted = indices(labels);
    Index found = 0;
    for (Index row = 0; row < rows; ++row) {
        const Index label = wanted[row];
        if (label >= 0 && label < width) found += is_largest(data(y) + row * width, width, label);
    }
    return nb::int_(found);
}

}  // namespace

void bind_sums(nb::module_& m) {
    using namespace nb::literals;
    m.def("mean", mean, "x"_a);
    m.def("mean_gradient", mean_gradient, "dy"_a, "x"_a);
    m.def("penalty", penalty, "x"_a, "l1"_a, "l2"_a);
    m.def("penalty_gradient", penalty_gradient, "dy"_a, "x"_a, "l1"_a, "l2"_a, "into"_a = true);
    m.def("hits", hits, "labels"_a, "y"_a);
}

}  // namespace minikeras
