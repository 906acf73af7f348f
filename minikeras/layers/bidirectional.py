"""A recurrent layer run in both directions of time."""

from minikeras.autodiff import SymbolicTensor
from minikeras.layers.layer import Layer
from minikeras.layers.spec import who
from minikeras.nest import flatten
from minikeras.ops.joining import concatenate
from minikeras.ops.shaping import flip
from minikeras.serialization import deserialize, serialize

__all__ = ["Bidirectional"]

_MERGES = {
    "concat": lambda y, back: concatenate([y, back], axis=-1),
    "sum": lambda y, back: y + back,
    "ave": lambda y, back: (y + back) / 2,
    "mul": lambda y, back: y * back,
    None: lambda y, back: (y, back),
}


class Bidirectional(Layer):
    """A recurrent layer and its mirror image that walks time backwards, their outputs merged (Schuster & Paliwal 1997).

    layer: the pattern of the forward layer; it is not used itself, so its weights and state stay its own.
    merge_mode: 'concat', 'sum', 'ave', 'mul', or None for both outputs. weights: those to begin with, the forward
    layer's first. backward_layer: a layer to walk backwards in place of the mirror image.

    With return_sequences, the backward outputs are turned round to stand beside those of the same step. With
    return_state, the forward states follow the output, then the backward ones; initial_state is given in that order.

    >>> import minikeras as keras
    >>> layer = keras.layers.Bidirectional(keras.layers.GRU(4, return_sequences=True))
    >>> layer(keras.ops.ones((2, 5, 3))).shape
    (2, 5, 8)
    """

    def __init__(self, layer, merge_mode="concat", weights=None, backward_layer=None, **kwargs):
        super().__init__(**kwargs)
        for name, value in (("layer", layer), ("backward_layer", backward_layer)):
            if not hasattr(value, "go_backwards") and (name == "layer" or value is not None):
                raise ValueError(
                    f"{who(self)} expected a recurrent layer as {name}, received {value!r}. Pass an LSTM(4), say."
                )
        if merge_mode not in _MERGES:
            raise ValueError(
                f"{who(self)}: merge_mode must be 'concat', 'sum', 'ave', 'mul' or None, received {merge_mode!r}."
            )
        self.forward_layer = _copied(layer, "forward_")
        self.backward_layer = backward_layer or _copied(layer, "backward_", go_backwards=True)
        self._check_directions()
        for one in (self.forward_layer, self.backward_layer):
            # Masked steps give zeros, so that one direction's stale outputs do not mix with the other's.
            if getattr(one, "zero_output_for_mask", None) is not None:
                one.zero_output_for_mask = one.return_sequences
        self.merge_mode = merge_mode
        self._first_weights = None if weights is None else [*weights]
        self.stateful = layer.stateful
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.supports_masking = True
        self.input_spec = layer.input_spec

    def build(self, sequences_shape, initial_state_shape=None):
        self._build_shape = tuple(sequences_shape)
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)
        if self._first_weights:
            self.set_weights(self._first_weights)
            self._first_weights = None

    def call(self, sequences, initial_state=None, mask=None, training=None):
        forward, backward = {"mask": mask, "training": training}, {"mask": mask, "training": training}
        if initial_state is not None:
            half = len(initial_state) // 2
            forward["initial_state"], backward["initial_state"] = initial_state[:half], initial_state[half:]
        y = self.forward_layer(sequences, **forward)
        back = self.backward_layer(sequences, **backward)
        states = ()
        if self.return_state:
            (y, *states), (back, *more) = y, back
            states = (*states, *more)
        if self.return_sequences:
            back = flip(back, axis=1)
        output = _MERGES[self.merge_mode](y, back)
        if self.return_state:
            return (*output, *states) if self.merge_mode is None else (output, *states)
        return output

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        self._build_if_needed((SymbolicTensor(sequences_shape, self.compute_dtype),), {})
        y, back = [
            layer.compute_output_shape(sequences_shape) for layer in (self.forward_layer, self.backward_layer)
        ]
        states = ()
        if self.return_state:
            (y, *states), (back, *more) = y, back
            states = (*states, *more)
        if self.merge_mode is None:
            return (y, back, *states)
        output = (*y[:-1], y[-1] + back[-1]) if self.merge_mode == "concat" else y
        return (output, *states) if self.return_state else output

    def compute_mask(self, inputs, previous_mask):
        mask = flatten(previous_mask)[0] if self.return_sequences else None
        masks = [mask] if self.merge_mode is not None else [mask, mask]
        if self.return_state:
            masks += [None, None]
        return masks if len(masks) > 1 else mask

    # States

    @property
    def states(self):
        """The states that stateful layers carry, forward ones first; None if there are none yet."""
        if self.forward_layer.states and self.backward_layer.states:
            return (*self.forward_layer.states, *self.backward_layer.states)
        return None

    def reset_state(self):
        """Begin the next batch with states of zeros, in both directions."""
        if not self.stateful:
            raise AttributeError(
                f"{who(self)} is not stateful, so it has no state. Wrap a layer with stateful=True."
            )
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self):
        """An older name of `reset_state`."""
        self.reset_state()

    # Configuration

    def get_config(self):
        config = {"name": self.name, "trainable": self.trainable, "dtype": serialize(self.dtype_policy)}
        layers = {"layer": serialize(self.forward_layer), "backward_layer": serialize(self.backward_layer)}
        return {**config, "merge_mode": self.merge_mode, **layers}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        for name in ("layer", "backward_layer"):
            config[name] = deserialize(config.get(name), custom_objects, "layer")
        return super().from_config(config)

    def _check_directions(self):
        forward, backward = self.forward_layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise ValueError(
                f"{who(self)} expected one layer to go forwards and one backwards, received go_backwards="
                f"{forward.go_backwards} for both. Pass backward_layer with go_backwards={not forward.go_backwards}."
            )
        for name in ("stateful", "return_sequences", "return_state"):
            if getattr(forward, name) != getattr(backward, name):
                raise ValueError(
                    f"{who(self)} expected layer and backward_layer with the same {name}, received "
                    f"{getattr(forward, name)} and {getattr(backward, name)}."
                )


def _copied(layer, prefix, **changes):
    """A layer like `layer`, with weights and state of its own, under a name with the prefix."""
    config = {**layer.get_config(), **changes, "name": prefix + layer.name.removeprefix(prefix)}
    copy = type(layer).from_config(config)
    if layer.built:
        copy.build_from_config(layer.get_build_config())
    return copy
