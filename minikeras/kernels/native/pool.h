// The thread pool: `parallel_for(count, body)` runs body(0) ... body(count - 1), each exactly once.
//
// The chunks are the caller's and do not depend on the number of threads; threads only claim them, one at a time.
// So whatever a chunk computes has the same bits on any number of threads, and sums over chunks are made by the
// caller in a fixed order. The calling thread works too and waits only for chunks another thread has claimed: a
// worker that sleeps, or whose core is taken by another process, costs nothing.
//
// An idle worker spins for a moment (the next kernel of a training step comes within microseconds), then sleeps.
// After fork() the child starts with a new pool. When two Python threads compute at once, the second runs alone.
#pragma once

#include <cstddef>

namespace minikeras {

using Body = void (*)(void* context, std::ptrdiff_t chunk);

void run_parallel(std::ptrdiff_t count, Body body, void* context);
int num_threads();
void set_num_threads(int count);

// While it lives, denormal results and operands of this thread are zero: they cost a hundred cycles each.
class FlushDenormals {
public:
    FlushDenormals();
    ~FlushDenormals();
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

private:
    unsigned long long before_;
};

template <class Function>
inline void parallel_for(std::ptrdiff_t count, const Function& function) {
    if (count == 1) {
        function(std::ptrdiff_t{0});
        return;
    }
    run_parallel(
        count, [](void* context, std::ptrdiff_t chunk) { (*static_cast<const Function*>(context))(chunk); },
        const_cast<Function*>(&function));
}

// Memory that the calling thread keeps from call to call, so that a steady training step allocates nothing.
// Each slot is one buffer of floats, aligned to a cache line; its content does not survive between calls.
enum Slot { kPackedWeights, kPaddedInput, kPaddedGradient, kPartialSums, kStates, kMore, kLine, kSlots };
float* scratch(Slot slot, std::size_t floats);

}  // namespace minikeras
