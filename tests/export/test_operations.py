"""Every operation that has an ONNX form, on its own: the same numbers as here."""

import numpy as np
import pytest
from runtime import assert_agrees

import minikeras as keras
from minikeras import ops
from minikeras.export import ExportError
from minikeras.export.emitters.table import emitter_of
from minikeras.ops.recurrent import gru, lstm, simple_rnn  # their names are in the table

FLOATS, INTEGERS, SEQUENCES = ((3, 4), "float32"), ((3, 4), "int32"), ((None, 4), "float32")

_ONE_ARGUMENT = """
    abs all any arccosh arcsinh arctan argmax argmin argsort cbrt ceil celu cos cosh count_nonzero cumsum deg2rad elu erf
    exp exp2 expm1 fabs flip floor gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh isfinite isinf isnan isneginf
    isposinf leaky_relu log log10 log1p log2 log_sigmoid log_softmax logical_not logsumexp max mean min nan_to_num negative
    ones_like prod ptp rad2deg ravel reciprocal relu relu6 round rsqrt selu sigmoid sign silu sin sinc sinh soft_shrink
    softmax softplus softsign sort sparse_plus sparse_sigmoid sparsemax sqrt square squareplus std sum tan tanh tanh_shrink
    transpose tril triu trunc var zeros_like normalize layer_normalization rms_normalization diff trapezoid
"""

_ON_FLOATS = """
    ops.sum(x, axis=1)|ops.sum(x, axis=(1, 2), keepdims=True)|ops.mean(x, axis=-1)|ops.max(x, axis=0)|ops.min(x, axis=[0, 2])
    ops.var(x, axis=1, keepdims=True)|ops.std(x, axis=1)|ops.logsumexp(x, axis=-1)|ops.argmax(x, axis=-1)
    ops.any(x > 0, axis=1)|ops.all(x > -1, axis=1, keepdims=True)|ops.max(x, axis=1, initial=0.5)|ops.prod(x, axis=2)
    x[:, 0]|x[:, -1]|x[:, :, 1:3]|x[..., None]|x[:, None, :, ::2]|x[:, ::-1]|x[:, -2:]|x[0]|x[1:]|x[:, [2, 0]]|x[:-1]|x[..., -1:]
    x[:, np.array([0, 2]), :]|x[np.array([1, 0]), np.array([0, 2])]
    x[:, np.array([[1], [0]]), np.array([0, 2])]|x[np.array([1, 0]), :, np.array([0, 2])]|x[..., np.array([0, 2]), np.array([1, 1])]
    x + 1|1 - x|x * 2.5|x / 3|2 / x|x**2|x % 2|x // 2|-x|abs(x)|x @ ops.reshape(x, (-1, 4, 3))
    x > 0|x >= 0|x < 0|x <= 0.5|x == x|x != 0
    ops.maximum(x, 0)|ops.minimum(x, 0.5)|ops.clip(x, -1, 1)|ops.where(x > 0, x, 0)|ops.where(x > 0, 1, 2)
    ops.logaddexp(x, x * 2)|ops.arctan2(x, x[:, ::-1])|ops.hypot(x, x * 2)|ops.fmod(x, 2.0)|ops.power(ops.abs(x), 1.5)
    ops.divide_no_nan(x, x * 0)|ops.arcsin(x / 9)|ops.arccos(x / 9)|ops.arctanh(x / 9)|ops.gelu(x, approximate=False)
    ops.concatenate([x, x * 2], axis=1)|ops.stack([x, x], axis=-1)|ops.split(x, 2, axis=-1)[1]|ops.split(x, [1], axis=1)[1]
    ops.unstack(x, axis=1)[2]|ops.repeat(x, 2, axis=1)|ops.repeat(x, [1, 2, 0], axis=1)|ops.repeat(x, 2)|ops.tile(x, [1, 2, 1])
    ops.tile(x, 2)|ops.roll(x, 1, axis=1)|ops.roll(x, [1, -1], axis=[1, 2])|ops.flip(x, axis=1)|ops.moveaxis(x, 1, 2)
    ops.rot90(x, 1, axes=(1, 2))|ops.rot90(x, 2, axes=(1, 2))|ops.rot90(x, 3, axes=(1, 2))|ops.swapaxes(x, 1, 2)
    ops.transpose(x, (2, 0, 1))|ops.expand_dims(x, (0, 2))|ops.squeeze(x[:, :1], 1)|ops.pad(x, [[0, 0], [1, 1], [2, 0]])
    ops.pad(x, [[0, 0], [1, 1], [2, 0]], mode="reflect")|ops.pad(x, [[0, 0], [1, 1], [2, 0]], mode="symmetric")
    ops.pad(x, [[0, 0], [1, 1], [2, 0]], mode="edge")|ops.pad(x, [[0, 0], [1, 1], [2, 0]], constant_values=3.0)
    ops.reshape(x, (-1, 12))|ops.reshape(x, (-1, 2, 6))|ops.reshape(x, (-1,))|ops.take(x, [0, 2], axis=1)|ops.take(x, -1, axis=2)
    ops.take(x, [[0, 1]], axis=0)|ops.take_along_axis(x, ops.argsort(x, axis=1), axis=1)|ops.sort(x, axis=1)
    ops.top_k(x, 2)[0]|ops.top_k(x, 2)[1]|ops.cumsum(x, axis=1)|ops.one_hot(ops.argmax(x, axis=-1), 4)
    ops.one_hot(ops.argmax(x, axis=-1), 4, axis=1)|ops.digitize(x, np.array([-1.0, 0.0, 1.0]))
    ops.searchsorted(np.array([-1, 0, 1], "float32"), x)|ops.einsum("bij,bkj->bik", x, x)
    ops.einsum("...i,ij->...j", x, np.ones((4, 2), "float32"))|ops.tensordot(x, np.ones((4, 2), "float32"), axes=1)
    ops.matmul(x, np.ones((4,), "float32"))|ops.dot(x, np.ones((4, 2), "float32"))|ops.outer(x[0, 0], x[0, 1])
    ops.cross(x[..., :3], x[..., 1:])|ops.cast(x, "int32")|ops.cast(x > 0, "float32")|ops.full_like(x, 3.0)|ops.zeros_like(x) + x
    ops.average(x, axis=1, weights=np.array([1, 2, 3], "float32"))|ops.logical_and(x > 0, x < 1)|ops.logical_or(x > 0, x < -1)
    ops.logical_xor(x > 0, x < 1)|ops.softmax(x, axis=1)|ops.softmax(x, axis=(1, 2))|ops.slice(x, (0, 1, 1), (1, 2, 3))
    ops.rearrange(x, "b c d -> b (c d)")|ops.select([x > 0, x < -1], [x, x * 2], 0.0)|ops.hstack([x, x])|ops.vstack([x, x])
    ops.dstack([x, x])|ops.append(x, x, axis=1)|ops.meshgrid(x[0, 0], x[0, 1])[0]|ops.eye(4) @ ops.reshape(x, (-1, 4, 3))
    ops.stop_gradient(x) * x|ops.round(x, 1)|ops.kron(x[0], x[0])|ops.vander(x[0, 0], 3)|ops.image.resize(x[..., None], (5, 6))
    ops.threshold(x, 0.5, 0.0)|ops.sort(x, axis=None)|ops.argmax(x, keepdims=True)|ops.take(x, 3)|ops.copy(x)
""".replace("\n", "|")

_ON_INTEGERS = """
    x + 1|x - 3|x * 2|x / 2|x // 2|-7 // (x + 1)|x % 3|-x % 3|ops.sum(x, axis=1)|ops.mean(x, axis=1)|ops.max(x, axis=1)
    ops.bitwise_and(x, 1)|ops.bitwise_or(x, 1)|ops.bitwise_xor(x, 1)|ops.bitwise_invert(x)|x > 2|x == 2|ops.one_hot(x, 5)
    ops.multi_hot(x, 5)|ops.maximum(x, 2)|ops.sort(x, axis=1)|ops.cumsum(x, axis=1)|ops.abs(x)|ops.clip(x, 1, 3)|ops.sqrt(x)
    ops.relu(x - 2)|ops.where(x > 2, x, 0)|ops.take(np.arange(50, dtype="float32"), x)|ops.cast(x, "uint8")|ops.cast(x, "bool")
    ops.square(x)|ops.power(x, 2)|ops.prod(x, axis=1)|ops.var(x, axis=1)|ops.sign(x)|ops.round(x)|ops.trunc(x)
    ops.logical_and(x > 1, x)|ops.max(ops.cast(x, "uint8"), axis=1)|ops.fmod(x - 3, 2)|ops.subtract(x > 2, x > 3)
    ops.bitwise_and(x > 1, x > 2)|ops.bitwise_invert(x > 2)|ops.add(x > 1, x > 3)|ops.cast(x, "uint8") < 3
""".replace("\n", "|")

_ON_SEQUENCES = """
    x[:, -1]|x[:, :-1]|x[:, 1:] - x[:, :-1]|ops.reshape(x, (-1, 4))|ops.mean(x, axis=1)|ops.flip(x, axis=1)
    ops.softmax(x, axis=1)|ops.matmul(x, ops.swapaxes(x, 1, 2))|ops.cumsum(x, axis=1)|ops.sort(x, axis=1)|ops.repeat(x, 2, axis=1)
    ops.concatenate([x, x], axis=1)|ops.tile(x, [1, 2, 1])|ops.roll(x, 1, axis=1)|ops.transpose(x, (1, 0, 2))
    ops.pad(x, [[0, 0], [1, 1], [0, 0]])|ops.zeros_like(x)|ops.tril(ops.matmul(x, ops.swapaxes(x, 1, 2)))
    ops.rearrange(x, "b t c -> (b t) c")|ops.argmax(x, axis=1)|ops.max(x, axis=(0, 1))|ops.glu(x)|ops.std(x, axis=1)
""".replace("\n", "|")

_REFUSED = """
    ops.erfinv(x)|ops.slice_update(x, (0, 0, 0), x[:1])|ops.median(x, axis=1)|ops.segment_sum(x[0, 0], np.array([0, 1, 0, 1]), 2)
    ops.isclose(x, x)|ops.linspace(x[:, 0], x[:, 1], 5)|ops.cumprod(x, axis=1)|x[x > 0]|ops.linalg.inv(x[:, :3, :3])
    ops.rfft(x)[0]
""".replace("\n", "|")


def listed(text):
    return [part.strip() for part in text.split("|") if part.strip()]


def cases():
    found = [(f"ops.{name}(x)", FLOATS) for name in _ONE_ARGUMENT.split()]
    for text, spec in ((_ON_FLOATS, FLOATS), (_ON_INTEGERS, INTEGERS), (_ON_SEQUENCES, SEQUENCES)):
        found += [(expression, spec) for expression in listed(text)]
    return found


def model_of(expression, spec):
    x = keras.Input(spec[0], dtype=spec[1], name="x")
    return keras.Model(x, eval(expression, {"x": x, "ops": ops, "np": np}))


@pytest.mark.parametrize(("expression", "spec"), cases(), ids=[f"{e} {s[1]}{s[0]}" for e, s in cases()])
def test_operation(expression, spec):
    generator = np.random.default_rng(2)

    def make(size):
        shape = (size, *[5 + size if s is None else s for s in spec[0]])
        if spec[1] == "int32":
            return generator.integers(0, 5, shape).astype("int32")
        return generator.standard_normal(shape).astype("float32") + 1.5 * ("arccosh" in expression)

    # Two samples at least where the first one or two are taken.
    sizes = (2, 3, 7) if "[1" in expression or "[[0, 1]]" in expression else (1, 3, 7)
    with np.errstate(all="ignore"):
        assert_agrees(model_of(expression, spec), make, sizes)


@pytest.mark.parametrize("expression", listed(_REFUSED))
def test_refused(expression):
    with pytest.raises(ExportError, match=r"Functional '\w+' cannot be exported: .*\. \w+"):
        assert_agrees(model_of(expression, FLOATS), None)


def test_the_table_knows_operations_only():
    for name in ("lstm", "gru", "simple_rnn", "convolve", "_softmax", "getitem"):
        assert emitter_of(name) is not None
    assert emitter_of("no such operation") is None
    assert {f.__name__ for f in (lstm, gru, simple_rnn)} == {"lstm", "gru", "simple_rnn"}


def test_another_operation_of_the_same_name_is_not_taken_for_ours():
    """A function of the user's own that is called as one of ours is taken apart, not replaced."""

    @keras.autodiff.differentiable
    def relu(x, /):
        return x * 2, (lambda dy: dy * 2,)

    try:
        x = keras.Input((4,))
        model = keras.Model(x, relu(x))
        from_ours = keras.autodiff.FUNCTIONS["relu"]
        assert from_ours is relu
    finally:
        keras.autodiff.FUNCTIONS["relu"] = ops.relu
    assert_agrees(model, lambda size: np.linspace(-1, 1, 4 * size, dtype="float32").reshape(size, 4))
