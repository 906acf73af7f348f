// Compiled once for each instruction set: the table of its kernels.
#include "convolution.h"
#include "dense.h"

namespace minikeras {
namespace MINIKERAS_SET {
namespace {

const Kernels table = {MINIKERAS_NAME, dense, dense_gradient, conv, conv_gradient};

}  // namespace
const Kernels* kernels() { return &table; }
}  // namespace MINIKERAS_SET
}  // namespace minikeras
