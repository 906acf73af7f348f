"""What callbacks about learning rates share: the optimizers of a model and their rates."""


def optimizers_of(model):
    """Pairs (suffix of the name in the logs, optimizer): one, with no suffix, unless the optimizer combines several."""
    optimizer = model.optimizer
    several = getattr(optimizer, "optimizers", None)
    if several is None:
        return [("", optimizer)]
    return [(f"_{one.name}", one) for one in several]


def learning_rate_of(optimizer):
    """The learning rate that a callback reads and sets, a float; that before the decay of an older optimizer."""
    rate = getattr(optimizer, "_learning_rate", None)
    return float(
        rate.initial_learning_rate if getattr(rate, "assignable", False) else optimizer.learning_rate
    )


def log_learning_rates(model, logs):
    """Add the learning rates to the logs, as 'learning_rate'."""
    for suffix, optimizer in optimizers_of(model):
        logs[f"learning_rate{suffix}"] = learning_rate_of(optimizer)
