// Which instruction sets were compiled in and which of them this processor and its system support.
#include "kernels.h"

namespace minikeras {

#if defined(MINIKERAS_HAS_X86_SETS)

namespace avx512 { const Kernels* kernels(); }
namespace avx2 { const Kernels* kernels(); }

#if defined(_MSC_VER) && !defined(__clang__)
#include <immintrin.h>
#include <intrin.h>

static bool has_bits(int leaf, int index, int bits) {
    int registers[4];
    __cpuidex(registers, leaf, 0);
    return (registers[index] & bits) == bits;
}
static bool has_avx2() {
    return has_bits(1, 2, (1 << 27) | (1 << 12)) && (_xgetbv(0) & 6) == 6 && has_bits(7, 1, 1 << 5);
}
static bool has_avx512() {
    return has_avx2() && (_xgetbv(0) & 0xE6) == 0xE6 && has_bits(7, 1, (1 << 16) | (1 << 17) | (1 << 30) | (1 << 31));
}
#else
static bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static bool has_avx512() {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif

const Kernels* kernels_avx512() { return has_avx512() ? avx512::kernels() : nullptr; }
const Kernels* kernels_avx2() { return has_avx2() ? avx2::kernels() : nullptr; }

#else

const Kernels* kernels_avx512() { return nullptr; }
const Kernels* kernels_avx2() { return nullptr; }

#endif

namespace portable { const Kernels* kernels(); }
const Kernels* kernels_portable() { return portable::kernels(); }

}  // namespace minikeras
