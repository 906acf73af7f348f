"""What older arguments do that is more than another name."""

from minikeras.spellings.rules import load


def decaying_rate(decay, arguments):
    """A learning rate divided by 1 + decay · updates, which older optimizers took as `decay`."""
    if decay:
        rate = arguments.get("learning_rate", 0.01)
        schedule = load("minikeras.optimizers.schedules:InverseTimeDecay")
        arguments["learning_rate"] = schedule(rate, 1, decay)


def both_kernels(initializer, arguments):
    """One initializer for the two kernels of a separable convolution."""
    arguments["depthwise_initializer"] = arguments["pointwise_initializer"] = initializer


def set_first_weights(layer, weights):
    """Give a layer its weights as soon as it is built."""
    layer._first_weights = weights
    if layer.built:
        layer.set_weights(weights)


def set_period(checkpoint, period):
    """Save only every so many epochs."""
    checkpoint.period = period
