// One short vector of floats, in three instruction sets behind one interface.
//
// A file that includes this header is compiled once for each set, with MINIKERAS_SET naming the namespace its code
// lives in (avx512, avx2, portable). Everything below is inline in that namespace: the sets never share code, so a
// processor never meets an instruction it lacks. `kWidth` is the number of lanes; kTileRows[v - 1] is how many rows
// of v vectors the registers hold beside the operands (32 registers with AVX-512, 16 otherwise).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(MINIKERAS_AVX512) || defined(MINIKERAS_AVX2)
#include <immintrin.h>
#endif

#if defined(_MSC_VER) && !defined(__clang__)
#define MINIKERAS_INLINE __forceinline
#else
#define MINIKERAS_INLINE inline __attribute__((always_inline))
#endif

namespace minikeras {
namespace MINIKERAS_SET {

using Index = std::ptrdiff_t;

#if defined(MINIKERAS_FEW_TILES)  // a sanitized build: the same templates, fewer of them to compile
constexpr int kTileRows[2] = {4, 3};
#elif defined(MINIKERAS_AVX512)
constexpr int kTileRows[2] = {15, 14};
#else
constexpr int kTileRows[2] = {10, 6};
#endif

#if defined(MINIKERAS_AVX512)

constexpr int kWidth = 16;

struct Vector { __m512 v; };
struct Mask { __mmask16 m; };

inline __mmask16 first(int count) { return static_cast<__mmask16>((1u << count) - 1); }
inline Vector zero() { return {_mm512_setzero_ps()}; }
inline Vector broadcast(float x) { return {_mm512_set1_ps(x)}; }
inline Vector load(const float* p) { return {_mm512_loadu_ps(p)}; }
inline Vector load(const float* p, int count) { return {_mm512_maskz_loadu_ps(first(count), p)}; }
inline void store(float* p, Vector a) { _mm512_storeu_ps(p, a.v); }
inline void store(float* p, Vector a, int count) { _mm512_mask_storeu_ps(p, first(count), a.v); }
inline Vector operator+(Vector a, Vector b) { return {_mm512_add_ps(a.v, b.v)}; }
inline Vector operator-(Vector a, Vector b) { return {_mm512_sub_ps(a.v, b.v)}; }
inline Vector operator*(Vector a, Vector b) { return {_mm512_mul_ps(a.v, b.v)}; }
inline Vector operator/(Vector a, Vector b) { return {_mm512_div_ps(a.v, b.v)}; }
inline Vector fma(Vector a, Vector b, Vector c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
inline Vector sqrt(Vector a) { return {_mm512_sqrt_ps(a.v)}; }
inline Vector largest(Vector a, Vector b) { return {_mm512_max_ps(a.v, b.v)}; }    // b where either is NaN
inline Vector smallest(Vector a, Vector b) { return {_mm512_min_ps(a.v, b.v)}; }   // b where either is NaN
inline Mask greater(Vector a, Vector b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ)}; }
inline Mask unordered(Vector a) { return {_mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q)}; }
inline Mask operator|(Mask a, Mask b) { return {static_cast<__mmask16>(a.m | b.m)}; }
inline Vector select(Mask m, Vector a, Vector b) { return {_mm512_mask_blend_ps(m.m, b.v, a.v)}; }
inline Vector round(Vector a) { return {_mm512_roundscale_ps(a.v, 0)}; }
inline Vector times_power_of_two(Vector a, Vector n) { return {_mm512_scalef_ps(a.v, n.v)}; }
// a = mantissa 2^exponent with the mantissa in [sqrt(1 / 2), sqrt(2))
inline Vector exponent(Vector a) { return {_mm512_getexp_ps(_mm512_mul_ps(a.v, _mm512_set1_ps(1.41421356f)))}; }
inline Vector mantissa(Vector a, Vector exponent) { return times_power_of_two(a, zero() - exponent); }
inline Mask lanes(int count) { return {first(count)}; }
inline Mask equal(Vector a, Vector b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
// Small whole numbers as bytes.
inline void store_bytes(std::uint8_t* p, Vector a, int count) {
    _mm_mask_storeu_epi8(p, first(count), _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(a.v)));
}
inline Vector load_bytes(const std::uint8_t* p, int count) {
    return {_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(first(count), p)))};
}
// The square root and the reciprocal to within two units in the last place, by one Newton step from 14 bits.
inline Vector quick_sqrt(Vector a) {
    const __mmask16 positive = _mm512_cmp_ps_mask(a.v, _mm512_setzero_ps(), _CMP_NLE_UQ);
    const Vector r{_mm512_maskz_rsqrt14_ps(positive, a.v)}, y = a * r;
    const Vector refined = fma(fma(zero() - y, y, a), broadcast(0.5f) * r, y);
    return select(equal(a, broadcast(INFINITY)), a, refined);
}
inline Vector quick_reciprocal(Vector a) {
    const Vector r{_mm512_rcp14_ps(a.v)};
    return fma(r, fma(zero() - a, r, broadcast(1.0f)), r);
}
// Whole numbers modulo 2^32 in as many lanes.
struct Bits { __m512i v; };
inline Bits counted_from(std::uint32_t first) {
    return {_mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(first)),
                             _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))};
}
inline Bits operator^(Bits a, Bits b) { return {_mm512_xor_si512(a.v, b.v)}; }
inline Bits operator^(Bits a, std::uint32_t b) { return a ^ Bits{_mm512_set1_epi32(static_cast<int>(b))}; }
inline Bits operator*(Bits a, std::uint32_t b) { return {_mm512_mullo_epi32(a.v, _mm512_set1_epi32(static_cast<int>(b)))}; }
template <int kPlaces>
inline Bits shifted_right(Bits a) { return {_mm512_srli_epi32(a.v, kPlaces)}; }
inline Mask at_least(Bits a, std::uint32_t b) {
    return {_mm512_cmp_epu32_mask(a.v, _mm512_set1_epi32(static_cast<int>(b)), _MM_CMPINT_NLT)};
}
// Lane i of the result is lane at[i] of a; or of a and b side by side.
inline Bits load_bits(const std::uint32_t* p) { return {_mm512_loadu_si512(p)}; }
inline Vector picked(Vector a, Bits at) { return {_mm512_permutexvar_ps(at.v, a.v)}; }
inline Vector picked(Vector a, Vector b, Bits at) { return {_mm512_permutex2var_ps(a.v, at.v, b.v)}; }
inline float sum(Vector a) { return _mm512_reduce_add_ps(a.v); }
inline float maximum(Vector a) { return _mm512_reduce_max_ps(a.v); }

#elif defined(MINIKERAS_AVX2)

constexpr int kWidth = 8;

struct Vector { __m256 v; };
struct Mask { __m256 m; };

inline __m256i first(int count) {
    alignas(32) static constexpr std::int32_t bits[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bits + 8 - count));
}
inline Vector zero() { return {_mm256_setzero_ps()}; }
inline Vector broadcast(float x) { return {_mm256_set1_ps(x)}; }
inline Vector load(const float* p) { return {_mm256_loadu_ps(p)}; }
inline Vector load(const float* p, int count) { return {_mm256_maskload_ps(p, first(count))}; }
inline void store(float* p, Vector a) { _mm256_storeu_ps(p, a.v); }
inline void store(float* p, Vector a, int count) { _mm256_maskstore_ps(p, first(count), a.v); }
inline Vector operator+(Vector a, Vector b) { return {_mm256_add_ps(a.v, b.v)}; }
inline Vector operator-(Vector a, Vector b) { return {_mm256_sub_ps(a.v, b.v)}; }
inline Vector operator*(Vector a, Vector b) { return {_mm256_mul_ps(a.v, b.v)}; }
inline Vector operator/(Vector a, Vector b) { return {_mm256_div_ps(a.v, b.v)}; }
inline Vector fma(Vector a, Vector b, Vector c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
inline Vector sqrt(Vector a) { return {_mm256_sqrt_ps(a.v)}; }
inline Vector largest(Vector a, Vector b) { return {_mm256_max_ps(a.v, b.v)}; }
inline Vector smallest(Vector a, Vector b) { return {_mm256_min_ps(a.v, b.v)}; }
inline Mask greater(Vector a, Vector b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ)}; }
inline Mask unordered(Vector a) { return {_mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q)}; }
inline Mask operator|(Mask a, Mask b) { return {_mm256_or_ps(a.m, b.m)}; }
inline Vector select(Mask m, Vector a, Vector b) { return {_mm256_blendv_ps(b.v, a.v, m.m)}; }
inline Vector round(Vector a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
inline Vector times_power_of_two(Vector a, Vector n) {
    // In two steps, so that results near the smallest normal number are still reached.
    const __m256i whole = _mm256_cvtps_epi32(n.v), half = _mm256_srai_epi32(whole, 1);
    const __m256i rest = _mm256_sub_epi32(whole, half), bias = _mm256_set1_epi32(127);
    const __m256 x = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(half, bias), 23));
    const __m256 y = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(rest, bias), 23));
    return {_mm256_mul_ps(_mm256_mul_ps(a.v, x), y)};
}
inline Vector exponent(Vector a) {
    const __m256i bits = _mm256_castps_si256(_mm256_mul_ps(a.v, _mm256_set1_ps(1.41421356f)));
    return {_mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_srli_epi32(bits, 23), _mm256_set1_epi32(127)))};
}
inline Vector mantissa(Vector a, Vector exponent) { return times_power_of_two(a, zero() - exponent); }
inline Mask lanes(int count) { return {_mm256_castsi256_ps(first(count))}; }
inline Mask equal(Vector a, Vector b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ)}; }
inline void store_bytes(std::uint8_t* p, Vector a, int count) {
    const __m256i whole = _mm256_cvtps_epi32(a.v);
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
    const long long bytes = _mm_cvtsi128_si64(_mm_packus_epi16(words, words));
    if (count == kWidth) std::memcpy(p, &bytes, 8);
    else std::memcpy(p, &bytes, static_cast<std::size_t>(count & 7));
}
inline Vector load_bytes(const std::uint8_t* p, int count) {
    long long bytes = 0;
    if (count == kWidth) std::memcpy(&bytes, p, 8);
    else std::memcpy(&bytes, p, static_cast<std::size_t>(count & 7));
    return {_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_cvtsi64_si128(bytes)))};
}
struct Bits { __m256i v; };
inline Bits counted_from(std::uint32_t first) {
    return {_mm256_add_epi32(_mm256_set1_epi32(static_cast<int>(first)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))};
}
inline Bits operator^(Bits a, Bits b) { return {_mm256_xor_si256(a.v, b.v)}; }
inline Bits operator^(Bits a, std::uint32_t b) { return a ^ Bits{_mm256_set1_epi32(static_cast<int>(b))}; }
inline Bits operator*(Bits a, std::uint32_t b) { return {_mm256_mullo_epi32(a.v, _mm256_set1_epi32(static_cast<int>(b)))}; }
template <int kPlaces>
inline Bits shifted_right(Bits a) { return {_mm256_srli_epi32(a.v, kPlaces)}; }
inline Mask at_least(Bits a, std::uint32_t b) {
    const __m256i bound = _mm256_set1_epi32(static_cast<int>(b));
    return {_mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_max_epu32(a.v, bound), a.v))};
}
inline Bits load_bits(const std::uint32_t* p) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))}; }
inline Vector picked(Vector a, Bits at) { return {_mm256_permutevar8x32_ps(a.v, at.v)}; }
inline Vector picked(Vector a, Vector b, Bits at) {
    const __m256 beyond = _mm256_castsi256_ps(_mm256_cmpgt_epi32(at.v, _mm256_set1_epi32(7)));
    return {_mm256_blendv_ps(_mm256_permutevar8x32_ps(a.v, at.v), _mm256_permutevar8x32_ps(b.v, at.v), beyond)};
}
inline Vector quick_sqrt(Vector a) { return sqrt(a); }
inline Vector quick_reciprocal(Vector a) { return broadcast(1.0f) / a; }
inline float sum(Vector a) {
    __m128 x = _mm_add_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
    x = _mm_add_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
}
inline float maximum(Vector a) {
    __m128 x = _mm_max_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
    x = _mm_max_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_max_ss(x, _mm_movehdup_ps(x)));
}

#else

constexpr int kWidth = 4;

#if defined(__GNUC__)
typedef float Lanes __attribute__((vector_size(16)));
#else
struct Lanes {
    float lane[4];
    float& operator[](int i) { return lane[i]; }
    float operator[](int i) const { return lane[i]; }
};
#endif
struct Vector { Lanes v; };
struct Mask { bool m[4]; };

template <class Function>
inline Vector each(const Function& function) {
    Vector result;
    for (int i = 0; i < 4; ++i) result.v[i] = function(i);
    return result;
}
inline Vector broadcast(float x) { return each([&](int) { return x; }); }
inline Vector zero() { return broadcast(0.0f); }
inline Vector load(const float* p) {
    Vector result;
    std::memcpy(&result, p, sizeof result);
    return result;
}
inline Vector load(const float* p, int count) { return each([&](int i) { return i < count ? p[i] : 0.0f; }); }
inline void store(float* p, Vector a) { std::memcpy(p, &a, sizeof a); }
inline void store(float* p, Vector a, int count) {
    for (int i = 0; i < kWidth && i < count; ++i) p[i] = a.v[i];
}
#if defined(__GNUC__)
inline Vector operator+(Vector a, Vector b) { return {a.v + b.v}; }
inline Vector operator-(Vector a, Vector b) { return {a.v - b.v}; }
inline Vector operator*(Vector a, Vector b) { return {a.v * b.v}; }
inline Vector operator/(Vector a, Vector b) { return {a.v / b.v}; }
#else
inline Vector operator+(Vector a, Vector b) { return each([&](int i) { return a.v[i] + b.v[i]; }); }
inline Vector operator-(Vector a, Vector b) { return each([&](int i) { return a.v[i] - b.v[i]; }); }
inline Vector operator*(Vector a, Vector b) { return each([&](int i) { return a.v[i] * b.v[i]; }); }
inline Vector operator/(Vector a, Vector b) { return each([&](int i) { return a.v[i] / b.v[i]; }); }
#endif
inline Vector fma(Vector a, Vector b, Vector c) { return a * b + c; }
inline Vector sqrt(Vector a) { return each([&](int i) { return std::sqrt(a.v[i]); }); }
inline Vector largest(Vector a, Vector b) { return each([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; }); }
inline Vector smallest(Vector a, Vector b) { return each([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; }); }
inline Mask greater(Vector a, Vector b) {
    return {{a.v[0] > b.v[0], a.v[1] > b.v[1], a.v[2] > b.v[2], a.v[3] > b.v[3]}};
}
inline Mask unordered(Vector a) {
    return {{std::isnan(a.v[0]), std::isnan(a.v[1]), std::isnan(a.v[2]), std::isnan(a.v[3])}};
}
inline Mask operator|(Mask a, Mask b) {
    return {{a.m[0] || b.m[0], a.m[1] || b.m[1], a.m[2] || b.m[2], a.m[3] || b.m[3]}};
}
inline Vector select(Mask m, Vector a, Vector b) { return each([&](int i) { return m.m[i] ? a.v[i] : b.v[i]; }); }
inline Mask lanes(int count) { return {{0 < count, 1 < count, 2 < count, 3 < count}}; }
inline Mask equal(Vector a, Vector b) {
    return {{a.v[0] == b.v[0], a.v[1] == b.v[1], a.v[2] == b.v[2], a.v[3] == b.v[3]}};
}
inline void store_bytes(std::uint8_t* p, Vector a, int count) {
    for (int i = 0; i < kWidth && i < count; ++i) p[i] = static_cast<std::uint8_t>(a.v[i]);
}
inline Vector load_bytes(const std::uint8_t* p, int count) {
    return each([&](int i) { return i < count ? static_cast<float>(p[i]) : 0.0f; });
}
struct Bits { std::uint32_t v[4]; };
inline Bits counted_from(std::uint32_t first) { return {{first, first + 1, first + 2, first + 3}}; }
inline Bits operator^(Bits a, Bits b) { return {{a.v[0] ^ b.v[0], a.v[1] ^ b.v[1], a.v[2] ^ b.v[2], a.v[3] ^ b.v[3]}}; }
inline Bits operator^(Bits a, std::uint32_t b) { return a ^ Bits{{b, b, b, b}}; }
inline Bits operator*(Bits a, std::uint32_t b) { return {{a.v[0] * b, a.v[1] * b, a.v[2] * b, a.v[3] * b}}; }
template <int kPlaces>
inline Bits shifted_right(Bits a) {
    return {{a.v[0] >> kPlaces, a.v[1] >> kPlaces, a.v[2] >> kPlaces, a.v[3] >> kPlaces}};
}
inline Mask at_least(Bits a, std::uint32_t b) { return {{a.v[0] >= b, a.v[1] >= b, a.v[2] >= b, a.v[3] >= b}}; }
inline Bits load_bits(const std::uint32_t* p) { return {{p[0], p[1], p[2], p[3]}}; }
inline Vector picked(Vector a, Bits at) { return each([&](int i) { return a.v[at.v[i]]; }); }
inline Vector picked(Vector a, Vector b, Bits at) {
    return each([&](int i) { return at.v[i] < 4 ? a.v[at.v[i]] : b.v[at.v[i] - 4]; });
}
inline Vector quick_sqrt(Vector a) { return sqrt(a); }
inline Vector quick_reciprocal(Vector a) { return broadcast(1.0f) / a; }
inline float sum(Vector a) { return (a.v[0] + a.v[2]) + (a.v[1] + a.v[3]); }
inline float maximum(Vector a) {
    const float x = a.v[0] > a.v[1] ? a.v[0] : a.v[1], y = a.v[2] > a.v[3] ? a.v[2] : a.v[3];
    return x > y ? x : y;
}

#endif

// Memory that will be read soon; any address will do.
#if defined(MINIKERAS_AVX512) || defined(MINIKERAS_AVX2)
inline void prefetch(const float* p) { _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T0); }
#else
inline void prefetch(const float*) {}
#endif

// A few vectors at once. One exp is a chain of dependent steps; side by side, several chains fill the processor.
template <int kCount>
struct Several {
    Vector v[kCount];
};
template <int kCount, class Function>
MINIKERAS_INLINE Several<kCount> each_vector(const Function& function) {
    Several<kCount> result;
    for (int i = 0; i < kCount; ++i) result.v[i] = function(i);
    return result;
}
template <int kCount>
MINIKERAS_INLINE Several<kCount> operator+(const Several<kCount>& a, const Several<kCount>& b) {
    return each_vector<kCount>([&](int i) { return a.v[i] + b.v[i]; });
}
template <int kCount>
MINIKERAS_INLINE Several<kCount> operator-(const Several<kCount>& a, const Several<kCount>& b) {
    return each_vector<kCount>([&](int i) { return a.v[i] - b.v[i]; });
}
template <int kCount>
MINIKERAS_INLINE Several<kCount> operator*(const Several<kCount>& a, const Several<kCount>& b) {
    return each_vector<kCount>([&](int i) { return a.v[i] * b.v[i]; });
}
template <int kCount>
MINIKERAS_INLINE Several<kCount> fma(const Several<kCount>& a, const Several<kCount>& b, const Several<kCount>& c) {
    return each_vector<kCount>([&](int i) { return fma(a.v[i], b.v[i], c.v[i]); });
}
template <int kCount>
MINIKERAS_INLINE Several<kCount> largest(const Several<kCount>& a, const Several<kCount>& b) {
    return each_vector<kCount>([&](int i) { return largest(a.v[i], b.v[i]); });
}
template <int kCount>
MINIKERAS_INLINE Several<kCount> smallest(const Several<kCount>& a, const Several<kCount>& b) {
    return each_vector<kCount>([&](int i) { return smallest(a.v[i], b.v[i]); });
}
template <int kCount>
MINIKERAS_INLINE Several<kCount> quick_reciprocal(const Several<kCount>& a) {
    return each_vector<kCount>([&](int i) { return quick_reciprocal(a.v[i]); });
}
#if defined(MINIKERAS_AVX512) || defined(MINIKERAS_AVX2)
template <int kCount>
MINIKERAS_INLINE Several<kCount> round(const Several<kCount>& a) {
    return each_vector<kCount>([&](int i) { return round(a.v[i]); });
}
template <int kCount>
MINIKERAS_INLINE Several<kCount> times_power_of_two(const Several<kCount>& a, const Several<kCount>& n) {
    return each_vector<kCount>([&](int i) { return times_power_of_two(a.v[i], n.v[i]); });
}
#endif

// The same number everywhere, as one vector or several: as the type of its first argument.
inline Vector constant(Vector, float x) { return broadcast(x); }
template <int kCount>
MINIKERAS_INLINE Several<kCount> constant(const Several<kCount>&, float x) {
    return each_vector<kCount>([&](int) { return broadcast(x); });
}

// exp(x) with a relative error below 2e-7: 2^n times a polynomial (Cephes, expf) on [-ln 2 / 2, ln 2 / 2].
#if defined(MINIKERAS_AVX512) || defined(MINIKERAS_AVX2)
// n = round(x / ln 2), and exp(x - n ln 2) - 1. The bounds let NaN through.
template <class V>
MINIKERAS_INLINE V reduced_exp(V x, float low, float high, V& n) {
    const auto number = [&](float value) { return constant(x, value); };
    x = largest(number(low), smallest(number(high), x));
    n = round(x * number(1.44269504088896341f));
    V r = fma(n, number(-0.693359375f), x);
    r = fma(n, number(2.12194440e-4f), r);
    V p = number(1.9875691500e-4f);
    p = fma(p, r, number(1.3981999507e-3f));
    p = fma(p, r, number(8.3334519073e-3f));
    p = fma(p, r, number(4.1665795894e-2f));
    p = fma(p, r, number(1.6666665459e-1f));
    p = fma(p, r, number(5.0000001201e-1f));
    return fma(p, r * r, r);
}
template <class V>
MINIKERAS_INLINE V exp(V x) {
    V n;
    const V p = reduced_exp(x, -104.0f, 89.0f, n) + constant(x, 1.0f);
    return times_power_of_two(p, n);
}
#else
inline Vector exp(Vector x) {
    return each([&](int i) { return std::exp(x.v[i]); });
}
inline Vector tanh(Vector x) {
    return each([&](int i) { return std::tanh(x.v[i]); });
}
template <int kCount>
MINIKERAS_INLINE Several<kCount> exp(const Several<kCount>& x) {
    return each_vector<kCount>([&](int i) { return exp(x.v[i]); });
}
template <int kCount>
MINIKERAS_INLINE Several<kCount> tanh(const Several<kCount>& x) {
    return each_vector<kCount>([&](int i) { return tanh(x.v[i]); });
}
#endif

// log(x) for positive normal x (Cephes, logf); minus infinity at zero and below the smallest normal, NaN below zero.
inline Vector log(Vector x) {
#if defined(MINIKERAS_AVX512) || defined(MINIKERAS_AVX2)
    const Vector n = exponent(x);
    const Vector r = mantissa(x, n) - broadcast(1.0f);
    const Vector square = r * r;
    Vector p = broadcast(7.0376836292e-2f);
    p = fma(p, r, broadcast(-1.1514610310e-1f));
    p = fma(p, r, broadcast(1.1676998740e-1f));
    p = fma(p, r, broadcast(-1.2420140846e-1f));
    p = fma(p, r, broadcast(1.4249322787e-1f));
    p = fma(p, r, broadcast(-1.6668057665e-1f));
    p = fma(p, r, broadcast(2.0000714765e-1f));
    p = fma(p, r, broadcast(-2.4999993993e-1f));
    p = fma(p, r, broadcast(3.3333331174e-1f));
    p = p * r * square;
    p = fma(n, broadcast(-2.12194440e-4f), p);
    p = fma(square, broadcast(-0.5f), p);
    Vector y = fma(n, broadcast(0.693359375f), r + p);
    y = select(greater(broadcast(1.17549435e-38f), x), broadcast(-INFINITY), y);
    y = select(greater(zero(), x), broadcast(NAN), y);
    y = select(greater(x, broadcast(3.4028235e38f)), x, y);
    return select(unordered(x), x, y);
#else
    return each([&](int i) { return std::log(x.v[i]); });
#endif
}

template <class V>
MINIKERAS_INLINE V sigmoid(V x) {
    // Bounded, because the quick reciprocal of infinity is NaN.
    const V e = exp(smallest(constant(x, 88.0f), constant(x, 0.0f) - x));
    return quick_reciprocal(constant(x, 1.0f) + e);
}

#if defined(MINIKERAS_AVX512) || defined(MINIKERAS_AVX2)
// tanh(x) = e / (e + 2), e = exp(2 x) - 1, within three units in the last place.
template <class V>
MINIKERAS_INLINE V tanh(V x) {
    const V one = constant(x, 1.0f);
    V n;
    const V p = reduced_exp(x + x, -20.0f, 20.0f, n);
    const V power = times_power_of_two(one, n), e = fma(power, p, power - one);
    const V y = e * quick_reciprocal(e + constant(x, 2.0f));
    return largest(constant(x, -1.0f), smallest(one, y));
}
#endif

}  // namespace MINIKERAS_SET
}  // namespace minikeras
