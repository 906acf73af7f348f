"""Recurrent networks over whole sequences."""

from minikeras import kernels
from minikeras.autodiff import differentiable


@differentiable
def lstm(x, h, c, kernel, recurrent_kernel, bias, /, mask=None, activation="tanh", recurrent_activation="sigmoid", reverse=False):
    """A long short-term memory over (batch, time, features): (outputs, last h, last c) (Hochreiter & Schmidhuber 1997).

    h, c: the initial states, (batch, units). Gates are stacked in the order input, forget, candidate, output. A step
    whose mask is False carries the state over.
    """
    outputs, h_last, c_last, saved = kernels.lstm(
        x, kernel, recurrent_kernel, bias, h, c, mask, activation, recurrent_activation, reverse
    )

    def gradient(dys, into):
        dx_wanted, dh, dc, dw, du, db = into
        found = kernels.lstm_gradient(
            *dys, x, kernel, recurrent_kernel, bias, saved, (dx_wanted, dw, du, db, dh, dc)
        )
        dx, dw, du, db, dh, dc = found
        return dx, dh, dc, dw, du, db

    return (outputs, h_last, c_last), gradient
