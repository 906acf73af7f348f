// What each instruction set offers: plain functions over contiguous float32 arrays, gathered in one table.
#pragma once

#include <cstddef>
#include <cstdint>

namespace minikeras {

using Index = std::ptrdiff_t;

enum Activation { kLinear = 0, kRelu = 1, kSigmoid = 2, kTanh = 3 };

struct DenseShape {
    Index rows, inputs, outputs;
    int activation;
};

// Convolution and pooling over images (n, height, width, channels); a line is an image of height 1.
struct ConvShape {
    Index n, height, width, channels;
    Index out_height, out_width, filters;
    Index kernel_height, kernel_width;
    Index stride_y, stride_x, dilation_y, dilation_x;
    Index top, bottom, left, right;  // padding
    Index groups;
    int activation;
};

struct PoolShape {
    Index n, height, width, channels;
    Index out_height, out_width;
    Index window_height, window_width, stride_y, stride_x;
    Index top, left;
};

// Null pointers: input not there, or gradient not wanted.
struct Kernels {
    const char* name;
    void (*dense)(const DenseShape&, const float* x, const float* w, const float* b, float* y);
    void (*dense_gradient)(const DenseShape&, const float* dy, const float* x, const float* w, const float* y,
                           float* dx, float* dw, float* db);
    void (*conv)(const ConvShape&, const float* x, const float* w, const float* b, float* y);
    void (*conv_gradient)(const ConvShape&, const float* dy, const float* x, const float* w, const float* y,
                          float* dx, float* dw, float* db);
};

// The table of an instruction set that was compiled in and that this processor has, else null.
const Kernels* kernels_avx512();
const Kernels* kernels_avx2();
const Kernels* kernels_portable();

}  // namespace minikeras
