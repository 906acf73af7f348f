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

struct LossShape {
    Index rows, width;
    bool from_logits;
    float epsilon;
};

// An optimizer and its scalars, as its update reads them (see optimizers.h).
enum Rule { kSgd, kMomentum, kNesterov, kAdam, kAmsgrad, kRmsprop, kAdagrad, kAdadelta };
struct Update {
    Rule rule;
    Index count;
    float rate, epsilon, first, second, rest;
    bool momentum, centered;  // RMSprop's optional slots
};

// A recurrent layer over (n, steps, inputs); `gates` is 4, 3 or 1.
struct SequenceShape {
    Index n, steps, inputs, units, gates;
    int activation, recurrent;
    bool reverse;
    bool reset_after;  // GRU's
};

// Its arrays, time first (see recurrent.h); mask (steps, n) and b may be null, c and cs are LSTM's, inner is GRU's.
struct Sequence {
    const float *x, *w, *u, *b, *h, *c;
    const std::uint8_t* mask;
    float *outputs, *gates, *hs, *cs, *inner;
};
struct SequenceGradient {
    const float *doutputs, *dh, *dc, *x, *w, *u, *gates, *hs, *cs, *inner;
    const std::uint8_t* mask;
    float *dx, *dw, *du, *db, *dh0, *dc0;
};

// What gather converts from.
enum Element { kByte, kBool, kInt32, kInt64, kFloat, kDouble };

// Null pointers: input not there, or gradient not wanted.
struct Kernels {
    const char* name;
    void (*dense)(const DenseShape&, const float* x, const float* w, const float* b, float* y);
    void (*dense_gradient)(const DenseShape&, const float* dy, const float* x, const float* w, const float* y,
                           float* dx, float* dw, float* db);
    void (*conv)(const ConvShape&, const float* x, const float* w, const float* b, float* y);
    void (*conv_gradient)(const ConvShape&, const float* dy, const float* x, const float* w, const float* y,
                          float* dx, float* dw, float* db);
    void (*max_pool)(const PoolShape&, const float* x, float* y, std::uint8_t* winners);
    void (*max_pool_gradient)(const PoolShape&, const float* dy, const std::uint8_t* winners, float* dx);
    void (*average_pool)(const PoolShape&, const float* x, float* y);
    void (*average_pool_gradient)(const PoolShape&, const float* dy, float* dx);
    void (*softmax)(Index rows, Index width, bool logarithm, const float* x, float* y);
    void (*softmax_gradient)(Index rows, Index width, bool logarithm, const float* dy, const float* y, float* dx);
    void (*crossentropy)(const LossShape&, const float* target, const Index* labels, const float* output, float* loss);
    void (*crossentropy_gradient)(const LossShape&, const float* dloss, const float* target, const Index* labels,
                                  const float* output, float* doutput);
    void (*binary_crossentropy)(const LossShape&, const float* target, const float* output, float* loss);
    void (*binary_crossentropy_gradient)(const LossShape&, const float* dloss, const float* target,
                                         const float* output, float* doutput);
    void (*batch_norm)(Index rows, Index columns, const float* x, const float* gamma, const float* beta, float epsilon,
                       float* y, float* mean, float* variance, float* inverse);
    void (*batch_norm_gradient)(Index rows, Index columns, const float* dy, const float* x, const float* gamma,
                                const float* mean, const float* inverse, float* dx, float* dgamma, float* dbeta);
    void (*batch_norm_inference)(Index rows, Index columns, const float* x, const float* gamma, const float* beta,
                                 const float* mean, const float* variance, float epsilon, float* y);
    void (*layer_norm)(Index rows, Index columns, const float* x, const float* gamma, const float* beta, float epsilon,
                       float* y, float* mean, float* inverse);
    void (*layer_norm_gradient)(Index rows, Index columns, const float* dy, const float* x, const float* gamma,
                                const float* mean, const float* inverse, float* dx, float* dgamma, float* dbeta);
    void (*lstm)(const SequenceShape&, const Sequence&);
    void (*lstm_gradient)(const SequenceShape&, const SequenceGradient&);
    void (*gru)(const SequenceShape&, const Sequence&);
    void (*gru_gradient)(const SequenceShape&, const SequenceGradient&);
    void (*simple_rnn)(const SequenceShape&, const Sequence&);
    void (*simple_rnn_gradient)(const SequenceShape&, const SequenceGradient&);
    void (*update)(const Update&, float* w, const float* g, float* const slots[3]);
    double (*squared_norm)(Index count, const float* g);
    void (*gather)(Index count, Index width, int type, const void* x, const Index* indices, float* out);
    void (*dropout)(Index count, float kept_scale, const std::uint32_t keys[3], const float* x, float* y,
                    float* scale);
    void (*embedding_gradient)(Index count, Index rows, Index width, const float* dy, const Index* indices, float* dw);
    double (*multiply_add_peak)(Index rounds);
    double (*copy_peak)(Index floats, Index rounds);
};

// The table of an instruction set that was compiled in and that this processor has, else null.
const Kernels* kernels_avx512();
const Kernels* kernels_avx2();
const Kernels* kernels_portable();

}  // namespace minikeras
