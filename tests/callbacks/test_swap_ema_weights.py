"""SwapEMAWeights: evaluation with the averages, training without them."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.callbacks import EarlyStopping, LambdaCallback, SwapEMAWeights

X = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")
Y = X[:, :1]


def compiled(**options):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5, **options), "mse")
    return model


def averages(model):
    return [v.numpy() for v in model.optimizer._model_variables_moving_average]


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def test_validation_sees_the_averages_and_training_does_not():
    kept = []

    class Watching(keras.callbacks.Callback):
        def on_test_begin(self, logs=None):
            kept.append((self.model.get_weights(), averages(self.model)))

        def on_epoch_end(self, epoch, logs=None):
            kept.append((self.model.get_weights(), averages(self.model)))

    model = compiled()
    history = model.fit(
        X, Y, epochs=2, validation_data=(X, Y), verbose=0, callbacks=[SwapEMAWeights(), Watching()]
    )
    for during, after in (kept[:2], kept[2:]):
        assert same(during[0], after[1])
        assert same(during[1], after[0])
    assert not same(*kept[2])  # the first update of all takes the weights themselves
    other = compiled()
    other.set_weights(kept[2][0])
    assert other.evaluate(X, Y, verbose=0) == pytest.approx(history.history["val_loss"][1])
    plain = compiled()
    plain.fit(X, Y, epochs=2, verbose=0)
    assert same(model.get_weights(), plain.get_weights())


@pytest.mark.parametrize("stop", [False, True])
def test_swapped_from_epoch_to_epoch(stop):
    kept = []
    keep = LambdaCallback(on_epoch_end=lambda epoch, logs: kept.append(model.get_weights()))
    stopping = [EarlyStopping("loss", patience=2, min_delta=1e9)] if stop else []
    model = compiled()
    model.fit(
        X,
        Y,
        epochs=9 if stop else 3,
        verbose=0,
        callbacks=[*stopping, SwapEMAWeights(swap_on_epoch=True), keep],
    )
    plain = compiled()
    seen = []
    watch = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(averages(plain)))
    plain.fit(X, Y, epochs=3, verbose=0, callbacks=[watch])
    assert len(kept) == 3
    assert all(same(a, b) for a, b in zip(kept, seen, strict=True))
    assert same(model.get_weights(), plain.get_weights())


def test_evaluate_and_predict_alone():
    model = compiled()
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[LambdaCallback(on_train_end=lambda logs: None)])
    model.layers[0].bias.assign([5.0])
    expected = compiled()
    expected.set_weights(averages(model))
    callback = SwapEMAWeights()
    assert model.evaluate(X, Y, verbose=0, callbacks=[callback]) == expected.evaluate(X, Y, verbose=0)
    assert np.array_equal(model.predict(X, verbose=0, callbacks=[callback]), expected.predict(X, verbose=0))
    assert model.layers[0].bias.numpy().tolist() == [5.0]


def test_an_error_in_the_middle_puts_the_weights_back():
    class Failing(keras.callbacks.Callback):
        def on_test_batch_begin(self, batch, logs=None):
            raise KeyboardInterrupt

    model, callback = compiled(), SwapEMAWeights()
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, validation_data=(X, Y), verbose=0, callbacks=[callback, Failing()])
    plain = compiled()
    plain.optimizer.finalize_variable_values = lambda variables: None
    plain.fit(X, Y, verbose=0)
    assert same(model.get_weights(), plain.get_weights())


def test_without_averages():
    model = compiled()
    model.compile("sgd", "mse")
    with pytest.raises(
        ValueError, match=r"`use_ema=True` is set on the optimizer. Received: use_ema=False on SGD"
    ):
        model.fit(X, Y, validation_data=(X, Y), verbose=0, callbacks=[SwapEMAWeights()])
    with pytest.raises(ValueError, match="has no averages yet. Train the model first"):
        compiled().evaluate(X, Y, verbose=0, callbacks=[SwapEMAWeights()])
