"""What older methods do, in the words of today."""

import itertools
import math

import numpy as np

from minikeras.spellings.rules import load

# Models


def fit_generator(
    model,
    generator,
    steps_per_epoch=None,
    epochs=1,
    verbose=1,
    callbacks=None,
    validation_data=None,
    validation_steps=None,
    validation_freq=1,
    class_weight=None,
    max_queue_size=10,
    workers=1,
    use_multiprocessing=False,
    shuffle=True,
    initial_epoch=0,
    *,
    samples_per_epoch=None,
    nb_epoch=None,
    nb_val_samples=None,
    max_q_size=10,
    nb_worker=1,
    pickle_safe=False,
):
    """`fit` on a generator. The arguments of Keras 1 count samples where those of Keras 2 count steps.

    The batches are made in this process, whatever workers and queue are asked for.
    """
    if not (samples_per_epoch is None and nb_epoch is None and nb_val_samples is None):
        if samples_per_epoch is None:
            samples_per_epoch, steps_per_epoch = steps_per_epoch, None
        epochs = epochs if nb_epoch is None else nb_epoch
    if samples_per_epoch is not None:
        generator, steps_per_epoch = _steps_of(generator, samples_per_epoch)
    if nb_val_samples is not None and _yields_batches(validation_data):
        validation_data, validation_steps = _steps_of(validation_data, nb_val_samples)
    return model.fit(
        generator,
        steps_per_epoch=_whole(steps_per_epoch),
        epochs=epochs,
        verbose=verbose,
        callbacks=callbacks,
        validation_data=validation_data,
        validation_steps=_whole(validation_steps),
        validation_freq=validation_freq,
        class_weight=class_weight,
        shuffle=shuffle,
        initial_epoch=initial_epoch,
    )


def _on_generator(method):
    """The older `evaluate_generator` and `predict_generator`: `method` of a model, on a generator."""

    def run(
        model,
        generator,
        steps=None,
        callbacks=None,
        max_queue_size=10,
        workers=1,
        use_multiprocessing=False,
        verbose=0,
        *,
        val_samples=None,
        max_q_size=10,
        nb_worker=1,
        pickle_safe=False,
    ):
        if val_samples is not None:
            generator, steps = _steps_of(generator, val_samples)
        return getattr(model, method)(generator, steps=_whole(steps), callbacks=callbacks, verbose=verbose)

    return run


evaluate_generator, predict_generator = _on_generator("evaluate"), _on_generator("predict")


def predict_classes(model, x, batch_size=32, verbose=0):
    """The class of each sample: the most probable one, or whether a single probability is above a half."""
    probabilities = model.predict(x, batch_size=batch_size, verbose=verbose)
    if probabilities.shape[-1] > 1:
        return probabilities.argmax(axis=-1)
    return (probabilities > 0.5).astype("int32")


def reset_states(model):
    """Forget the states of all stateful recurrent layers."""
    for layer in model._flatten_layers(include_self=False):
        if getattr(layer, "stateful", False) and hasattr(type(layer), "reset_states"):
            layer.reset_states()


def itself(model):
    """The model, which in Keras 1 had another one inside."""
    return model


def compute_loss(model):
    """The method that computes the loss, which was a symbolic tensor once."""
    return model.compute_loss


def _steps_of(generator, samples):
    """(generator, number of its batches that hold so many samples); the first batch tells their size."""
    size = getattr(generator, "batch_size", None)
    if size is None and hasattr(generator, "__next__"):
        first = next(generator)
        generator = itertools.chain([first], generator)
        size = _length(first)
    elif size is None:
        size = _length(generator[0] if hasattr(generator, "__getitem__") else next(iter(generator)))
    return generator, max(1, math.ceil(samples / size))


def _length(batch):
    part = batch
    while isinstance(part, (list, tuple, dict)):
        part = next(iter(part.values())) if isinstance(part, dict) else part[0]
    return len(part)


def _yields_batches(data):
    return data is not None and not isinstance(data, (list, tuple))


def _whole(steps):
    """A number of steps, which may have been a quotient."""
    return None if steps is None else math.ceil(steps)


# Layers


def get_input_at(layer, node_index):
    """The symbolic input of the layer's call of that number."""
    return _call(layer, node_index).args[0]


def get_output_at(layer, node_index):
    """The symbolic output of the layer's call of that number."""
    return _call(layer, node_index).outputs


def get_input_shape_at(layer, node_index):
    """The shape of that input."""
    return _shape(get_input_at(layer, node_index))


def get_output_shape_at(layer, node_index):
    """The shape of that output."""
    return _shape(get_output_at(layer, node_index))


def input_shape(layer):
    """The shape, or shapes, of the layer's symbolic input."""
    return _shape(layer.input)


def output_shape(layer):
    """The shape, or shapes, of the layer's symbolic output."""
    return _shape(layer.output)


def input_mask(layer):
    """The mask of the layer's symbolic input."""
    return getattr(layer.input, "mask", None)


def output_mask(layer):
    """The mask of the layer's symbolic output."""
    return getattr(layer.output, "mask", None)


def takes_training(layer):
    """Whether the layer does something else in training."""
    return layer._takes_training


def add_update(layer, updates, inputs=None):
    """Updates are made where they are written; there is nothing to collect."""


def get_losses_for(layer, inputs=None):
    """The penalties of the layer."""
    return layer.losses


def nothing(layer, inputs=None):
    """An empty list: there are no updates to make later."""
    return []


def _call(layer, number):
    if not 0 <= number < len(layer._calls):
        raise ValueError(
            f"{type(layer).__name__} '{layer.name}' was called {len(layer._calls)} times on symbolic tensors, "
            f"received node_index={number}."
        )
    return layer._calls[number]


def _shape(structure):
    if isinstance(structure, (list, tuple)):
        return [_shape(part) for part in structure]
    return structure.shape


# Optimizers


def decayed_rate(optimizer, dtype=None):
    """The learning rate of the coming step."""
    return optimizer.learning_rate


def get_optimizer_weights(optimizer):
    """The values of the optimizer's variables."""
    return [variable.numpy() for variable in optimizer.variables]


# Callbacks


def validation_data(callback):
    """[x, y, weights] of the validation, or the stream that yields them; None without validation."""
    data = getattr(callback._told_by, "data", None)
    if data is None or data[1] is None:
        return None
    validation = data[1]
    if not hasattr(validation.source, "structure"):
        return getattr(validation.source, "iterable", validation.source)
    x, y, weight = validation.source.structure
    parts = [p for part in (x, y) for p in (part if isinstance(part, (list, tuple)) else [part])]
    return [*parts, np.ones(len(parts[0]), "float32") if weight is None else weight]


def get_optimizer_updates(optimizer, *args, **kwargs):
    """One step of the optimizer, for `K.function(updates=...)`."""
    return load("minikeras.compat.updates:get_updates")(optimizer, *args, **kwargs)
