"""Rows of EinsumDense."""

from layer_row import Row

from minikeras.layers import EinsumDense


def row(equation, inputs, output_shape, weights, **kwargs):
    return Row(
        EinsumDense, inputs, {"equation": equation, "output_shape": output_shape, **kwargs}, weights=weights
    )


ROWS = [
    row("ab,bc->ac", (2, 3), 4, ((3, 4),)),
    row("ab,bc->ac", (2, 3), 4, ((3, 4), (4,)), bias_axes="c", activation="relu"),
    row("abc,cd->abd", (2, 5, 3), (None, 4), ((3, 4), (4,)), bias_axes="d", activation="tanh"),
    row("abc,cd->abd", (2, 5, 3), (5, 4), ((3, 4), (5, 4)), bias_axes="bd", activation="elu"),
    row("abc,cde->abde", (2, 5, 3), (None, 2, 4), ((3, 2, 4), (2, 4)), bias_axes="de", activation="sigmoid"),
    row("abc,cde->abde", (2, 5, 3), (None, 2, 4), ((3, 2, 4), (2, 1)), bias_axes="d", activation="relu"),
    row("abcd,cde->abe", (2, 5, 3, 2), (None, 4), ((3, 2, 4), (4,)), bias_axes="e"),
    row("...x,xy->...y", (2, 5, 3), 4, ((3, 4), (4,)), bias_axes="y"),
    row("...x,xy->...y", (2, 5, 6, 3), 4, ((3, 4),)),
    row("abc...,cde->abde...", (2, 5, 3, 6), (None, 2, 4), ((3, 2, 4), (2, 4, 1)), bias_axes="de"),
    row("abc,bcd->abd", (2, 5, 3), (5, 4), ((5, 3, 4), (5, 4)), bias_axes="bd"),
    row("ab,cb->ac", (2, 3), 4, ((4, 3),), kernel_initializer="he_normal", kernel_regularizer="l2"),
]
