"""What older arguments do that is more than another name."""

from minikeras.spellings.rules import load


def set_decay(optimizer, decay):
    """Let the learning rate be divided by 1 + decay · updates, as `decay` did in older optimizers."""
    if decay:
        schedule = load("minikeras.optimizers.schedules:InverseTimeDecay")
        # A float32 0.01 is meant as the 0.01 that was given.
        rate = float(f"{float(optimizer.learning_rate):.7g}")
        decaying = schedule(rate, 1, decay)
        decaying.assignable = True
        optimizer.learning_rate = decaying


def both_kernels(initializer, arguments):
    """One initializer for the two kernels of a separable convolution."""
    arguments["depthwise_initializer"] = arguments["pointwise_initializer"] = initializer


def set_input_length(embedding, length):
    """Let a model that begins with the layer know how long its sequences are, unless it was told otherwise."""
    if length is not None and embedding._input_shape_argument is None:
        lengths = length if isinstance(length, (tuple, list)) else (length,)
        embedding._input_shape_argument = (None, *lengths)


def set_outputs(outputs, arguments):
    """A list of one output was that output: `predict` returned an array."""
    if "outputs" in arguments:
        raise TypeError("Model received 'outputs' twice: as Model(output=...) and as Model(outputs=...).")
    single = isinstance(outputs, (list, tuple)) and len(outputs) == 1
    arguments["outputs"] = outputs[0] if single else outputs


def set_first_weights(layer, weights):
    """Give a layer its weights as soon as it is built."""
    layer._first_weights = weights
    if layer.built:
        layer.set_weights(weights)


def set_period(checkpoint, period):
    """Save only every so many epochs."""
    checkpoint.period = period


def _schedule(optimizer):
    """The schedule that `decay` became, or None."""
    rate = optimizer._learning_rate
    return rate if hasattr(rate, "initial_learning_rate") and hasattr(rate, "decay_rate") else None


def get_decay(optimizer):
    """By how much the learning rate decays."""
    schedule = _schedule(optimizer)
    return 0.0 if schedule is None else schedule.decay_rate


def get_rate(optimizer):
    """The learning rate before its decay."""
    schedule = _schedule(optimizer)
    if schedule is None or not schedule.assignable:
        return optimizer.learning_rate if schedule is None else schedule.initial_learning_rate
    return load("minikeras.compat.decaying:DecayingRate")(schedule)


def set_rate(optimizer, value):
    """Set the learning rate, before its decay."""
    schedule = _schedule(optimizer)
    if schedule is None or callable(value):
        optimizer.learning_rate = value
    else:
        schedule.initial_learning_rate = float(value)


# Values


def is_float(value):
    """Whether a number of steps is a quotient."""
    return isinstance(value, float)


def is_no_dictionary(value):
    """Whether class weights are listed rather than named."""
    return value is not None and not isinstance(value, dict)


def by_class(weights):
    """A list of weights, one for each class, by their classes; the word 'auto' never had an effect."""
    return (
        None if isinstance(weights, str) else {number: float(weight) for number, weight in enumerate(weights)}
    )
