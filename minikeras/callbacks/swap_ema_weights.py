"""Evaluates a model with the moving averages of its weights."""

from minikeras.callbacks.callback import Callback

__all__ = ["SwapEMAWeights"]


class SwapEMAWeights(Callback):
    """Put the moving averages of the weights in the weights' place while the model is evaluated (Polyak averaging).

    For optimizers with use_ema=True. swap_on_epoch: also from each epoch's end to the next one's beginning, so that
    callbacks after this one, such as ModelCheckpoint, see the averages.

    >>> import minikeras as keras, numpy as np
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.SGD(0.1, use_ema=True), "mse")
    >>> x, y = np.ones((8, 2)), np.zeros((8, 1))
    >>> history = model.fit(x, y, validation_data=(x, y), callbacks=[SwapEMAWeights()], verbose=0)
    >>> sorted(history.history)
    ['loss', 'val_loss']
    """

    def __init__(self, swap_on_epoch=False):
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._ema_weights_in_model = False

    def _optimizers(self):
        """The optimizers that keep averages, with their variables and averages."""
        optimizer = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
        several = getattr(optimizer, "optimizers", [optimizer])
        keeping = [one for one in several if getattr(one, "use_ema", False)]
        if not keeping:
            raise ValueError(
                "SwapEMAWeights must be used when `use_ema=True` is set on the optimizer. Received: use_ema=False on "
                f"{', '.join(type(one).__name__ for one in several)}. Create it with use_ema=True."
            )
        for one in keeping:
            averages = getattr(one, "_model_variables_moving_average", None)
            if averages is None:
                raise ValueError(
                    f"SwapEMAWeights: the optimizer {type(one).__name__} has no averages yet. Train the model first, or "
                    "call optimizer.build(model.trainable_variables)."
                )
            yield from zip(one._trainable_variables, averages, strict=True)

    def _swap(self, averages_in_model):
        if self._ema_weights_in_model == averages_in_model:
            return
        for variable, average in self._optimizers():
            value = variable.numpy()
            variable.assign(average)
            average.assign(value)
        self._ema_weights_in_model = averages_in_model

    def on_epoch_begin(self, epoch, logs=None):
        if self.swap_on_epoch:
            self._swap(False)

    def on_epoch_end(self, epoch, logs=None):
        if not self.swap_on_epoch or self._ema_weights_in_model:
            return
        self._swap(True)
        # After the last epoch the optimizer writes its averages over the weights: they have to be there again.
        if epoch == self.params["epochs"] - 1 or self.model.stop_training:
            for variable, average in self._optimizers():
                average.assign(variable)

    def on_test_begin(self, logs=None):
        self._swap(True)

    def on_test_end(self, logs=None):
        self._swap(False)

    def on_predict_begin(self, logs=None):
        self._swap(True)

    def on_predict_end(self, logs=None):
        self._swap(False)

    def on_abandon(self):
        self._swap(False)
