// The thread pool: who claims which chunk, who spins and who sleeps, and how many processors there are to use. What it
// promises is in pool.h; here a region is one 64-bit ticket, so that claiming a chunk is one compare-and-swap.
#include "pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif
#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif
#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace minikeras {
namespace {

constexpr auto kSpin = std::chrono::microseconds(100);
constexpr int kMostThreads = 256;

inline void pause() {
#if defined(__x86_64__) || defined(_M_X64)
    _mm_pause();
#elif defined(__aarch64__) && defined(__GNUC__)
    asm volatile("yield");
#endif
}

// A region's ticket is its number, the first free chunk and how many are free from there on. A claim is one
// compare-and-swap of the whole ticket. It succeeds only if the ticket is the one read before the region's fields, and
// fields change only while no chunk is free: so they are that region's, however late the worker came.
//
// The caller claims from the front, the first worker from the back. Chunks are mostly ranges of samples, so from kernel
// to kernel each thread finds the samples it has just written in its own cache.
constexpr int kFieldBits = 20;
constexpr std::uint64_t kField = (std::uint64_t{1} << kFieldBits) - 1;

inline std::uint64_t number_of(std::uint64_t ticket) { return ticket >> 2 * kFieldBits; }
inline std::uint64_t first_free(std::uint64_t ticket) { return ticket >> kFieldBits & kField; }
inline std::uint64_t free_chunks(std::uint64_t ticket) { return ticket & kField; }

class Pool {
public:
    explicit Pool(int threads) : threads_(threads) {}

    void run(std::ptrdiff_t count, Body body, void* context) {
        if (threads_ <= 1 || !busy_.try_lock()) {
            for (std::ptrdiff_t chunk = 0; chunk < count; ++chunk) body(context, chunk);
            return;
        }
        std::lock_guard<std::mutex> region(busy_, std::adopt_lock);
        start_workers();
        for (; count > static_cast<std::ptrdiff_t>(kField); --count) body(context, count - 1);  // more than a ticket holds
        body_.store(body, std::memory_order_relaxed);
        context_.store(context, std::memory_order_relaxed);
        done_.store(0, std::memory_order_relaxed);
        const std::uint64_t number = number_of(ticket_.load(std::memory_order_relaxed)) + 1;
        ticket_.store(number << 2 * kFieldBits | static_cast<std::uint64_t>(count), std::memory_order_seq_cst);
        if (sleepers_.load(std::memory_order_seq_cst) > 0) {
            std::lock_guard<std::mutex> lock(sleep_);
            wake_.notify_all();
        }
        work(true);
        for (int spins = 0; done_.load(std::memory_order_acquire) != count; ++spins) {
            if (spins < 4000) pause();
            else std::this_thread::yield();
        }
    }

    int threads() const { return threads_; }

    void set_threads(int threads) {
        std::lock_guard<std::mutex> region(busy_);
        threads_ = threads;
        wanted_.store(threads - 1, std::memory_order_relaxed);
    }

private:
    // Claims and runs chunks of the current region, from its front or its back, until none is free.
    void work(bool from_front) {
        std::uint64_t ticket = ticket_.load(std::memory_order_acquire);
        for (;;) {
            const std::uint64_t free = free_chunks(ticket);
            if (free == 0) return;
            const Body body = body_.load(std::memory_order_relaxed);
            void* const context = context_.load(std::memory_order_relaxed);
            const std::uint64_t chunk = first_free(ticket) + (from_front ? 0 : free - 1);
            const std::uint64_t claimed = ticket - 1 + (from_front ? std::uint64_t{1} << kFieldBits : 0);
            if (!ticket_.compare_exchange_weak(ticket, claimed, std::memory_order_acq_rel)) continue;
            body(context, static_cast<std::ptrdiff_t>(chunk));
            done_.fetch_add(1, std::memory_order_release);
            ticket = ticket_.load(std::memory_order_acquire);
        }
    }

    void start_workers() {
        while (started_ < threads_ - 1) {
            const int index = started_++;
            std::thread([this, index] { serve(index); }).detach();
        }
    }

    void serve(int index) {
        FlushDenormals flush;
        std::uint64_t seen = 0;
        for (;;) {
            const auto until = std::chrono::steady_clock::now() + kSpin;
            bool fresh = false;
            while (!fresh) {
                for (int i = 0; i < 64 && !fresh; ++i) {
                    fresh = number_of(ticket_.load(std::memory_order_acquire)) != seen;
                    if (!fresh) pause();
                }
                if (!fresh && std::chrono::steady_clock::now() > until) break;
            }
            if (!fresh || index >= wanted_.load(std::memory_order_relaxed)) {
                std::unique_lock<std::mutex> lock(sleep_);
                sleepers_.fetch_add(1, std::memory_order_seq_cst);
                wake_.wait(lock, [&] {
                    return number_of(ticket_.load(std::memory_order_seq_cst)) != seen &&
                           index < wanted_.load(std::memory_order_relaxed);
                });
                sleepers_.fetch_sub(1, std::memory_order_relaxed);
            }
            seen = number_of(ticket_.load(std::memory_order_acquire));
            work(index % 2 != 0);
        }
    }

    int threads_;
    int started_ = 0;
    std::atomic<int> wanted_{threads_ - 1};
    std::mutex busy_;
    alignas(64) std::atomic<std::uint64_t> ticket_{0};
    alignas(64) std::atomic<std::ptrdiff_t> done_{0};
    alignas(64) std::atomic<Body> body_{nullptr};
    std::atomic<void*> context_{nullptr};
    std::atomic<int> sleepers_{0};
    std::mutex sleep_;
    std::condition_variable wake_;
};

// The processors this process may use: its affinity mask, and the quota of its control group.
int available_processors() {
    int count = static_cast<int>(std::thread::hardware_concurrency());
#if defined(__linux__)
    cpu_set_t mask;
    if (sched_getaffinity(0, sizeof mask, &mask) == 0) count = CPU_COUNT(&mask);
    double quota = -1, period = 1;
    if (std::FILE* file = std::fopen("/sys/fs/cgroup/cpu.max", "r")) {
        if (std::fscanf(file, "%lf %lf", &quota, &period) != 2) quota = -1;
        std::fclose(file);
    } else if (std::FILE* old = std::fopen("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "r")) {
        if (std::fscanf(old, "%lf", &quota) != 1) quota = -1;
        std::fclose(old);
        if (std::FILE* length = std::fopen("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "r")) {
            if (std::fscanf(length, "%lf", &period) != 1) quota = -1;
            std::fclose(length);
        }
    }
    if (quota > 0 && period > 0) {
        const int allowed = static_cast<int>((quota + period - 1) / period);
        if (allowed < count) count = allowed;
    }
#endif
    return count < 1 ? 1 : count > kMostThreads ? kMostThreads : count;
}

int threads_at_start() {
    if (const char* text = std::getenv("MINIKERAS_NUM_THREADS")) {
        const int count = std::atoi(text);
        if (count >= 1) return count > kMostThreads ? kMostThreads : count;
    }
    return available_processors();
}

Pool* pool = nullptr;  // never destroyed: workers may outlive static destructors

void renew_after_fork() { pool = new Pool(pool->threads()); }  // the parent's threads do not exist in the child

Pool& the_pool() {
    static const bool once = [] {
        pool = new Pool(threads_at_start());
#if defined(__unix__) || defined(__APPLE__)
        pthread_atfork(nullptr, nullptr, renew_after_fork);
#endif
        return true;
    }();
    (void)once;
    return *pool;
}

struct Buffers {
    float* data[kSlots] = {};
    std::size_t floats[kSlots] = {};
    ~Buffers() {
        for (float* buffer : data) ::operator delete(buffer, std::align_val_t(64));
    }
};

thread_local Buffers buffers;

}  // namespace

void run_parallel(std::ptrdiff_t count, Body body, void* context) {
    if (count > 0) the_pool().run(count, body, context);
}

int num_threads() { return the_pool().threads(); }

void set_num_threads(int count) { the_pool().set_threads(count > kMostThreads ? kMostThreads : count); }

float* scratch(Slot slot, std::size_t floats) {
    if (buffers.floats[slot] < floats) {
        ::operator delete(buffers.data[slot], std::align_val_t(64));
        buffers.data[slot] = nullptr;
        buffers.floats[slot] = 0;
        buffers.data[slot] = static_cast<float*>(::operator new(floats * sizeof(float), std::align_val_t(64)));
        buffers.floats[slot] = floats;
    }
    return buffers.data[slot];
}

#if defined(__x86_64__) || defined(_M_X64)
FlushDenormals::FlushDenormals() : before_(_mm_getcsr()) {
    _mm_setcsr(static_cast<unsigned>(before_) | 0x8040);  // flush to zero, denormals are zero
}
FlushDenormals::~FlushDenormals() { _mm_setcsr(static_cast<unsigned>(before_)); }
#elif defined(__aarch64__) && defined(__GNUC__)
FlushDenormals::FlushDenormals() {
    asm volatile("mrs %0, fpcr" : "=r"(before_));
    asm volatile("msr fpcr, %0" ::"r"(before_ | (1ull << 24)));
}
FlushDenormals::~FlushDenormals() { asm volatile("msr fpcr, %0" ::"r"(before_)); }
#else
FlushDenormals::FlushDenormals() : before_(0) {}
FlushDenormals::~FlushDenormals() {}
#endif

}  // namespace minikeras
