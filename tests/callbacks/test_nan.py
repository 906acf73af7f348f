"""TerminateOnNaN and compile(debug_nan=True): where a value first stopped being finite."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, ops
from minikeras.callbacks import TerminateOnNaN

X = np.random.default_rng(0).random(size=(24, 4)).astype("float32")
Y = X.sum(axis=1)

# Values overflow on purpose here; NumPy says so, and not in the same words everywhere.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore:fit. x holds NaN:UserWarning")


class Logarithm(layers.Layer):
    """NaN forward for x < 1."""

    def call(self, inputs):
        return ops.log(inputs - 1.0)


class RootOfZero(layers.Layer):
    """0 forward, infinite backward."""

    def call(self, inputs):
        return ops.sqrt(inputs * 0.0)


class RootOfWeight(layers.Layer):
    """Finite forward, infinite gradient of the weight alone."""

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(1,), initializer="zeros", name="scale")

    def call(self, inputs):
        return inputs + ops.sqrt(self.scale)


def sequential(*inner, optimizer="sgd", **options):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, activation="sigmoid", name="first"),
            *inner,
            layers.Dense(1, name="last"),
        ],
        name="net",
    )
    model.compile(optimizer, "mse", **options)
    return model


def message(model, capsys, x=X, y=Y, **arguments):
    """What TerminateOnNaN says, and the history."""
    history = model.fit(
        x, y, batch_size=8, shuffle=False, verbose=0, callbacks=[TerminateOnNaN()], **arguments
    )
    return capsys.readouterr().out.strip(), history


@pytest.mark.parametrize(
    ("inner", "where"),
    [
        (
            Logarithm(name="bad"),
            "the output of layer 'bad' (Logarithm), in the forward pass, in epoch 1, batch 0.",
        ),
        (
            RootOfZero(name="bad"),
            "the gradient that layer 'bad' (RootOfZero) passes back, in the backward pass, in epoch 1, batch 0.",
        ),
        (
            RootOfWeight(name="bad"),
            "the gradient of weight 'net/bad/scale', in the backward pass, in epoch 1, batch 0.",
        ),
        (
            keras.Sequential([layers.Dense(2), Logarithm(name="deep"), layers.Dense(2)], name="block"),
            "the output of layer 'deep' (Logarithm), in the forward pass, in epoch 1, batch 0.",
        ),
    ],
    ids=["forward", "backward", "weight", "nested"],
)
def test_the_layer_is_named(inner, where, capsys):
    text, _ = message(sequential(inner), capsys)
    assert text.endswith(f"The first value that was not finite: {where}")
    assert "Invalid loss, terminating training." in text


def test_the_batch_and_epoch_are_named(capsys):
    """A row that only the second batch holds; then weights that overflow later."""
    y = Y.copy()
    y[12] = np.inf
    text, history = message(sequential(), capsys, y=y, epochs=3)
    assert text == (
        "Batch 1: Invalid loss, terminating training. "
        "The first value that was not finite: the targets, in epoch 1, batch 1."
    )
    assert history.epoch == [0]

    class Late(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                self.model.layers[1].kernel.assign(np.full((3, 1), 3e38))

    model = sequential()
    model.fit(X, Y, batch_size=8, epochs=5, verbose=0, callbacks=[Late(), TerminateOnNaN()])
    text = capsys.readouterr().out
    assert "the output of layer 'last' (Dense), in the forward pass, in epoch 3, batch 0." in text


def test_inputs_and_weights_that_were_not_finite_before(capsys):
    x = X.copy()
    x[3, 1] = np.nan
    text, _ = message(sequential(), capsys, x=x)
    assert "not finite: the input data, in epoch 1, batch 0." in text
    model = sequential()
    model.layers[1].bias.assign([np.nan])
    text, _ = message(model, capsys)
    assert "not finite: weight 'bias' of layer 'last' (Dense), before the step, in epoch 1, batch 0." in text


def test_the_update_and_the_loss(capsys):
    model = sequential(optimizer=keras.optimizers.SGD(np.inf))
    text, _ = message(model, capsys)
    assert text.startswith("Batch 1: Invalid loss")
    assert "in the optimizer's update (its gradient was finite), in epoch 1, batch 0." in text
    model = sequential()
    model.compile("sgd", lambda y, p: ops.log(ops.mean(p * 0.0, axis=-1)))
    text, _ = message(model, capsys)
    assert "not finite: the loss (the outputs of all layers were finite), in epoch 1, batch 0." in text


def test_a_weight_of_a_layer_that_is_never_called_itself(capsys):
    """The cell of a recurrent layer."""
    model = keras.Sequential([keras.Input((4, 1)), layers.LSTM(2), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.layers[0].cell.recurrent_kernel.assign(np.full((2, 8), np.nan))
    text, _ = message(model, capsys, x=X[:, :, None])
    assert "not finite: weight 'recurrent_kernel' of layer 'lstm_cell' (LSTMCell), before the step" in text


def test_the_part_of_the_loss_is_named(capsys):
    def logarithm(y, p):
        return ops.log(ops.mean(p * 0.0, axis=-1))

    x = keras.Input((4,))
    model = keras.Model(x, [layers.Dense(1, name="good")(x), layers.Dense(1, name="bad")(x)])
    model.compile("sgd", ["mse", logarithm])
    text, _ = message(model, capsys, y=[Y, Y])
    assert "not finite: the loss of output 'bad' (the outputs of all layers were finite)" in text
    model = sequential(
        layers.Dense(3, kernel_regularizer=lambda w: ops.log(ops.sum(w) * 0.0), name="penalized")
    )
    text, _ = message(model, capsys)
    assert "not finite: the penalty on weight 'kernel' of layer 'penalized' (Dense), in epoch 1" in text


def test_a_backward_overflow_is_blamed_on_its_own_batch(capsys):
    """The weights become NaN in batch 0, of which the loss of batch 1 is the first sign."""
    text, _ = message(sequential(RootOfZero(name="bad")), capsys)
    assert text.startswith("Batch 1: Invalid loss, terminating training.")
    assert text.endswith("in epoch 1, batch 0.")


def test_training_is_the_same_with_and_without():
    models = [sequential(layers.BatchNormalization(), layers.Dropout(0.5)) for _ in range(2)]
    for model, callbacks in zip(models, ([], [TerminateOnNaN()]), strict=True):
        keras.utils.set_random_seed(4)
        model.fit(X, Y, batch_size=8, epochs=3, verbose=0, callbacks=callbacks)
    for a, b in zip(models[0].variables, models[1].variables, strict=True):
        assert np.array_equal(a.numpy(), b.numpy())


def test_the_search_leaves_everything_as_the_step_had_left_it():
    """Adam's slots, batch normalization, seeds: as without the callback, though a step was repeated."""

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    models = []
    for callbacks in ([Stop()], [TerminateOnNaN()]):
        model = sequential(layers.BatchNormalization(), layers.Dropout(0.5), Logarithm(), optimizer="adam")
        keras.utils.set_random_seed(4)
        history = model.fit(X, Y, batch_size=8, verbose=0, callbacks=callbacks).history
        models.append((model, history))
    (a, first), (b, second) = models
    for one, other in zip(
        [*a.variables, *a.optimizer.variables], [*b.variables, *b.optimizer.variables], strict=True
    ):
        assert np.array_equal(one.numpy(), other.numpy(), equal_nan=True), one.path
    assert np.array_equal(list(first.values()), list(second.values()), equal_nan=True)
    assert "call" not in vars(b.layers[0])


def test_raise_error():
    with pytest.raises(
        RuntimeError, match=r"NaN or Inf loss encountered at batch 0. Loss value: nan.*layer 'logarithm"
    ) as error:
        sequential(Logarithm(name="logarithm")).fit(
            X, Y, verbose=0, callbacks=[TerminateOnNaN(raise_error=True)]
        )
    assert "Terminating training immediately." in str(error.value)


@pytest.mark.parametrize("bad", [Logarithm, RootOfZero, RootOfWeight])
def test_debug_nan_raises_at_once(bad):
    model = sequential(bad(name="bad"), debug_nan=True)
    with pytest.raises(
        FloatingPointError, match=r"Training of 'net' stopped. The first value .*bad.* in epoch 1, batch 0\."
    ):
        model.fit(X, Y, batch_size=8, verbose=0)


def test_debug_nan_with_a_callback_list():
    model = sequential(Logarithm(), debug_nan=True)
    together = keras.callbacks.CallbackList([], add_history=True, model=model, epochs=1, steps=3, verbose=0)
    for _ in range(2):
        with pytest.raises(FloatingPointError, match="'net' stopped"):
            model.fit(X, Y, batch_size=8, callbacks=together)
    assert len(together.callbacks) == 2


def test_debug_nan_of_a_good_model_is_silent(capsys):
    sequential(debug_nan=True).fit(X, Y, epochs=2, verbose=0)
    assert capsys.readouterr().out == ""


def test_a_model_with_a_step_of_its_own(capsys):
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(3, name="hidden")
            self.bad = Logarithm(name="bad")

        def call(self, inputs):
            return self.bad(self.hidden(inputs))

        def train_step(self, data):
            x, y = data
            with keras.GradientTape() as tape:
                loss = ops.mean((self(x, training=True) - ops.expand_dims(y, -1)) ** 2)
            variables = self.trainable_variables
            self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
            return {"loss": loss}

    model = Own()
    model.compile("sgd")
    text, _ = message(model, capsys)
    assert "the output of layer 'bad' (Logarithm), in the forward pass, in epoch 1, batch 0." in text


@pytest.mark.parametrize(
    ("bad", "where"),
    [
        (
            Logarithm,
            r"the output of layer 'bad' \(Logarithm\), in the forward pass, in step 1 of the optimizer\.",
        ),
        (
            RootOfZero,
            r"the gradient that layer 'bad' \(RootOfZero\) passes back, in the backward pass, in step 1",
        ),
    ],
)
def test_debug_nan_outside_of_fit(bad, where):
    model = sequential(bad(name="bad"), debug_nan=True)
    with pytest.raises(FloatingPointError, match=f"Training of 'net' stopped. The first value .*{where}"):
        model.train_on_batch(X, Y)


def test_steps_before_the_first_nan_are_counted():
    """Recorded and replayed steps, then one whose targets are infinite, and one whose inputs are."""
    model, plain = sequential(debug_nan=True), sequential()
    for _ in range(6):
        assert model.train_on_batch(X, Y) == plain.train_on_batch(X, Y)
    y, x = Y.copy(), X.copy()
    y[3], x[3] = np.inf, np.nan
    with pytest.raises(FloatingPointError, match=r"not finite: the targets, in step 7 of the optimizer"):
        model.train_on_batch(X, y)
    plain.compile("sgd", "mse", debug_nan=True)
    with pytest.raises(FloatingPointError, match=r"not finite: the input data, in step"):
        plain.train_on_batch(x, Y)


def test_a_nan_after_replayed_steps():
    """Layers without code of a user's, so that steps are replayed; the weights overflow in the sixth epoch."""

    class Grow(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 5:
                self.model.layers[1].kernel.assign(np.full((3, 1), 3e38))

    model = sequential(debug_nan=True)
    where = r"the output of layer 'last' \(Dense\), in the forward pass, in epoch 6, batch 0\."
    with pytest.raises(FloatingPointError, match=where):
        model.fit(X, Y, batch_size=8, epochs=9, verbose=0, callbacks=[Grow()])
    assert model.history.epoch == [0, 1, 2, 3, 4]


def test_a_step_that_reports_no_loss(capsys):
    class Silent(keras.Model):
        def train_step(self, data):
            super().train_step(data)
            return {"mine": 1.0}

    x = keras.Input((4,))
    model = Silent(x, layers.Dense(1, name="last")(x))
    model.compile(keras.optimizers.SGD(np.inf), "mse")
    with np.errstate(all="ignore"):
        history = model.fit(X, Y, epochs=3, verbose=0, callbacks=[TerminateOnNaN()])
    assert history.epoch == [0]
    assert (
        "Batch 0: Invalid weights, terminating training. The first value that was not finite: weight 'last/"
        in capsys.readouterr().out
    )
