"""The dense layer over any axes, named by Einstein's summation."""

import copy
import math
import re
import string

from minikeras import activations, constraints, initializers, ops, regularizers
from minikeras.layers.core import fused_activation
from minikeras.layers.layer import Layer
from minikeras.layers.settings import whole
from minikeras.layers.spec import InputSpec, who
from minikeras.ops.products import dense

__all__ = ["EinsumDense"]


class EinsumDense(Layer):
    """activation(einsum(equation, inputs, kernel) + bias).

    equation: the letters of the inputs' axes, of the kernel's and of the outputs', such as 'abc,cd->abd'; an ellipsis
    before (or after) the letters of inputs and outputs stands for further axes. output_shape: the sizes of the named
    output axes after the batch axis; None takes the inputs' size of the same letter. bias_axes: the letters of the
    output axes along which the bias varies; None means no bias.

    >>> import numpy as np
    >>> EinsumDense("abc,cde->abde", output_shape=(None, 2, 5), bias_axes="de")(np.ones((4, 3, 6), "float32")).shape
    (4, 3, 2, 5)
    """

    casts_integers = True

    def __init__(
        self,
        equation,
        output_shape,
        activation=None,
        bias_axes=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not isinstance(equation, str):
            raise TypeError(
                f"{who(self)}: equation must be a string such as 'abc,cd->abd', received {equation!r}."
            )
        if bias_axes is not None and not isinstance(bias_axes, str):
            raise TypeError(f"{who(self)}: bias_axes must be a string of letters, received {bias_axes!r}.")
        self.equation = equation
        self.partial_output_shape = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        for size in self.partial_output_shape:
            whole(size, "each size of output_shape", self, optional=True)
        self.bias_axes = bias_axes
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape):
        letters, kernel, output = self._letters(len(input_shape))
        sizes = self._sizes(input_shape, letters, output)
        for letter in kernel:
            if letter not in sizes:
                self._refuse(
                    f"the kernel's axis '{letter}' is named neither by the inputs nor by the outputs"
                )
        self.input_spec = InputSpec(ndim=len(input_shape))
        self.kernel = self.add_weight(
            name="kernel",
            shape=[sizes[letter] for letter in kernel],
            initializer=self._initializer(kernel, output),
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.bias_axes is not None:
            self.bias = self.add_weight(
                name="bias",
                shape=self._bias_shape(sizes, output),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self._contracted = self._as_matrices(letters, kernel, output)

    def call(self, inputs, training=None):
        if self._contracted is None:
            y = ops.einsum(self.equation, inputs, self.kernel)
            y = y if self.bias is None else ops.add(y, self.bias)
            return self.activation(y)
        return self._product(inputs, self._contracted)

    def compute_output_shape(self, input_shape):
        letters, _, output = self._letters(len(input_shape))
        sizes = self._sizes(input_shape, letters, output)
        return tuple([sizes[letter] for letter in output])

    def get_config(self):
        config = super().get_config()
        return {
            **config,
            "output_shape": list(self.partial_output_shape),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
        }

    # Letters and sizes

    def _letters(self, rank):
        """The letters of the inputs, the kernel and the outputs, ellipses written out."""
        match = re.fullmatch(
            r"(\.{3})?([a-zA-Z]+)(\.{3})?,([a-zA-Z]+)->(\.{3})?([a-zA-Z]+)(\.{3})?",
            self.equation.replace(" ", ""),
        )
        if match is None or match[1] != match[5] or match[3] != match[7] or (match[1] and match[3]):
            self._refuse("it must have the form ab,bc->ac, ...b,bc->...c or ab...,bc->ac...")
        letters, kernel, output = match[2], match[4], match[6]
        elided = rank - len(letters)
        if elided < 0 or (elided and not match[1] and not match[3]):
            self._refuse(f"it names {len(letters)} axes of the inputs, which have {rank}")
        rest = "".join([c for c in string.ascii_letters if c not in self.equation][:elided])
        return (
            (rest + letters, kernel, rest + output) if match[1] else (letters + rest, kernel, output + rest)
        )

    def _sizes(self, input_shape, letters, output):
        """The size of each letter's axis in the inputs and outputs."""
        sizes = dict(zip(letters, input_shape, strict=True))
        # The sizes given are those of the named axes after the batch axis.
        given = self.partial_output_shape
        first = len(output) - len(given) if "..." in self.equation[:3] else 1
        named = output[first : first + len(given)]
        if (
            len(named) != len(given)
            or set(output[:first]) - set(sizes)
            or set(output[first + len(given) :]) - set(sizes)
        ):
            self._refuse(
                f"output_shape={given} must give one size for each of its named output axes but the batch axis"
            )
        for letter, size in zip(named, given, strict=True):
            if size is None:
                if letter not in sizes:
                    self._refuse(
                        f"output_shape={given} must give the size of '{letter}', which the inputs do not have"
                    )
            elif sizes.setdefault(letter, size) not in (None, size):
                self._refuse(
                    f"output_shape={given} has the size {size} for '{letter}', the inputs {sizes[letter]}"
                )
            else:
                sizes[letter] = size
        return sizes

    def _bias_shape(self, sizes, output):
        unknown = [letter for letter in self.bias_axes if letter not in output]
        if unknown or not self.bias_axes:
            self._refuse(f"bias_axes={self.bias_axes!r} must name some of the output's axes '{output}'")
        first = min([output.index(letter) for letter in self.bias_axes])
        return [sizes[letter] if letter in self.bias_axes else 1 for letter in output[first:]]

    def _initializer(self, kernel, output):
        """The kernel's initializer, told which axes are summed over where its variance depends on that."""
        if not isinstance(self.kernel_initializer, initializers.VarianceScaling):
            return self.kernel_initializer
        initializer = copy.copy(self.kernel_initializer)
        if initializer.input_axes is None or initializer.output_axes is None:
            initializer.input_axes = [i for i, letter in enumerate(kernel) if letter not in output]
            initializer.output_axes = [i for i, letter in enumerate(kernel) if letter in output]
        return initializer

    def _refuse(self, reason):
        raise ValueError(f"{who(self)} cannot use the equation {self.equation!r}: {reason}.")

    # The common case: the last axes of the inputs against the first of the kernel

    def _as_matrices(self, letters, kernel, output):
        """How many axes are summed over if the equation is a product of matrices with axes grouped, else None."""
        summed = "".join([letter for letter in kernel if letter not in output])
        free, new = letters[: len(letters) - len(summed)], kernel[len(summed) :]
        matrices = summed and new and (letters, kernel, output) == (free + summed, summed + new, free + new)
        return len(summed) if matrices else None

    def _product(self, x, summed):
        kernel, bias = self.kernel, self.bias
        size, units = math.prod(kernel.shape[:summed]), kernel.shape[summed:]
        lead = x.shape[: len(x.shape) - summed]
        if summed > 1:
            x = ops.reshape(x, (*lead, size))
        if len(units) > 1 or summed > 1:
            kernel = ops.reshape(kernel, (size, -1))
        whole = bias is not None and bias.shape == units
        if whole and len(units) > 1:
            bias = ops.reshape(bias, (-1,))
        fused, rest = fused_activation(self.activation) if whole or bias is None else (None, self.activation)
        y = dense(x, kernel, bias if whole else None, activation=fused)
        if len(units) > 1:
            y = ops.reshape(y, (*lead, *units))
        if bias is not None and not whole:
            y = ops.add(y, bias)
        return y if rest is None else rest(y)
