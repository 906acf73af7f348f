// What the processor can do at most, for the benchmarks to compare kernels with: multiply-adds between registers, and
// copies between arrays of a size, which stay in the cache that holds them.
#pragma once

#include "pool.h"
#include "tile.h"

namespace minikeras {
namespace MINIKERAS_SET {

// Every thread runs `rounds` of 12 independent multiply-adds; returns the floating-point operations of all.
inline double multiply_add_peak(Index rounds) {
    const Index threads = num_threads();
    double* sums = reinterpret_cast<double*>(scratch(kMore, static_cast<std::size_t>(2 * threads)));
    parallel_for(threads, [&](Index thread) {
        Vector sums_here[12];
        const Vector factor = broadcast(0.999f + 1e-9f * static_cast<float>(rounds % 7)), term = broadcast(1e-3f);
        unrolled<12>([&](auto i) { sums_here[i] = broadcast(static_cast<float>(i)); });
        for (Index round = 0; round < rounds; ++round) {
            unrolled<12>([&](auto i) { sums_here[i] = fma(sums_here[i], factor, term); });
        }
        double total = 0;
        unrolled<12>([&](auto i) { total += sum(sums_here[i]); });
        sums[thread] = total;  // or the compiler would drop the work
    });
    return 2.0 * 12 * kWidth * static_cast<double>(rounds * threads);
}

// Copies `floats` numbers `rounds` times, each thread its part of them; returns the bytes read and written.
inline double copy_peak(Index floats, Index rounds) {
    const Index threads = num_threads(), part = divided_up(divided_up(floats, threads), kWidth) * kWidth;
    float* const memory = scratch(kMore, static_cast<std::size_t>(2 * threads * part));
    parallel_for(threads, [&](Index thread) {
        float *from = memory + 2 * thread * part, *to = from + part;
        for (Index round = 0; round < rounds; ++round) {
            for (Index i = 0; i < part; i += kWidth) store(to + i, load(from + i));
            float* const kept = from;
            from = to;
            to = kept;
        }
    });
    return 2.0 * sizeof(float) * static_cast<double>(part * threads * rounds);
}

}  // namespace MINIKERAS_SET
}  // namespace minikeras
