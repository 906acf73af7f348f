// Compiled once for each instruction set: the table of its kernels.
#include "convolution.h"
#include "dense.h"
#include "normalization.h"
#include "optimizers.h"
#include "peak.h"
#include "pooling.h"
#include "recurrent_gradient.h"
#include "rows.h"
#include "softmax.h"

namespace minikeras {
namespace MINIKERAS_SET {
namespace {

const Kernels table = {
    MINIKERAS_NAME, dense, dense_gradient, conv, conv_gradient, max_pool, max_pool_gradient, average_pool,
    average_pool_gradient, softmax, softmax_gradient, crossentropy, crossentropy_gradient, binary_crossentropy,
    binary_crossentropy_gradient, batch_norm, batch_norm_gradient, batch_norm_inference, layer_norm,
    layer_norm_gradient, lstm, lstm_gradient, gru, gru_gradient, simple_rnn, simple_rnn_gradient, update, squared_norm,
    gather, dropout, embedding_gradient, multiply_add_peak, copy_peak};

}  // namespace
const Kernels* kernels() { return &table; }
}  // namespace MINIKERAS_SET
}  // namespace minikeras
