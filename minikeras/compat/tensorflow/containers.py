"""Things that hold values: `tf.TensorArray`, `tf.lookup` tables, `tf.Module`."""

import numpy as np

from minikeras import ops
from minikeras.autodiff import Tensor, Variable
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.control import name_scope
from minikeras.compat.tensorflow.dtype import as_dtype, numpy_dtype
from minikeras.compat.tensorflow.graph import liftable
from minikeras.layers.layer import Layer


class TensorArray:
    """A list of tensors that is written by index."""

    def __init__(
        self, dtype, size=None, dynamic_size=None, clear_after_read=None, tensor_array_name=None, handle=None, flow=None,
        infer_shape=True, element_shape=None, colocate_with_first_write_call=True, name=None,
    ):  # fmt: skip
        self.dtype = as_dtype(dtype)
        self._dynamic = bool(dynamic_size)
        self._items = [None] * (0 if size is None else int(size))

    def write(self, index, value, name=None):
        """Put a tensor at an index."""
        index = int(index)
        if index >= len(self._items):
            if not self._dynamic:
                raise IndexError(
                    f"TensorArray of size {len(self._items)} cannot be written at {index}. Create it with dynamic_size=True."
                )
            self._items += [None] * (index + 1 - len(self._items))
        self._items[index] = as_tensor(value, None if hasattr(value, "dtype") else self.dtype)
        return self

    def read(self, index, name=None):
        """The tensor at an index."""
        return self._items[int(index)]

    def stack(self, name=None):
        """All tensors along a new first axis."""
        shape = next((tuple(i.shape) for i in self._items if i is not None), ())
        filled = [Tensor(np.zeros(shape, self.dtype.dtype)) if i is None else i for i in self._items]
        return ops.stack(filled) if filled else Tensor(np.zeros((0,), self.dtype.dtype))

    def concat(self, name=None):
        """All tensors one behind the other."""
        return ops.concatenate(self._items)

    def unstack(self, value, name=None):
        """The slices of a tensor as the tensors."""
        self._items = list(as_tensor(value))
        return self

    def gather(self, indices, name=None):
        """Some of the tensors along a new first axis."""
        return ops.stack([self._items[int(i)] for i in np.asarray(indices)])

    def size(self, name=None):
        """How many tensors."""
        return Tensor(np.asarray(len(self._items), np.int32))

    def __len__(self):
        return len(self._items)


# tf.lookup


class KeyValueTensorInitializer:
    """Keys and values of a table."""

    def __init__(self, keys, values, key_dtype=None, value_dtype=None, name=None):
        self.keys, self.values = as_tensor(keys, key_dtype).array, as_tensor(values, value_dtype).array
        self.value_dtype = self.values.dtype


class StaticHashTable:
    """A table from keys to values; other keys give the default value."""

    def __init__(self, initializer, default_value, name=None, experimental_is_anonymous=False):
        self._dtype = initializer.value_dtype
        self._default = as_tensor(default_value).array.item()
        self._table = dict(zip(initializer.keys.tolist(), initializer.values.tolist(), strict=True))

    def lookup(self, keys, name=None):
        """The values of keys."""
        return _looked_up(keys, self._table, self._default, self._dtype)

    __getitem__ = lookup

    def size(self, name=None):
        """How many keys."""
        return Tensor(np.asarray(len(self._table), np.int64))

    def export(self, name=None):
        """Keys and values."""
        return as_tensor(list(self._table)), as_tensor(list(self._table.values()))


class StaticVocabularyTable(StaticHashTable):
    """A table from words to numbers; other words fall, by their hashes, into buckets above them."""

    def __init__(
        self, initializer, num_oov_buckets, lookup_key_dtype=None, name=None, experimental_is_anonymous=False
    ):
        super().__init__(initializer, len(initializer.keys))
        if num_oov_buckets != 1:
            raise ValueError(
                f"StaticVocabularyTable has one bucket for unknown words here, received num_oov_buckets={num_oov_buckets}. "
                "Use tf.keras.layers.StringLookup(num_oov_indices=...)."
            )


class MutableHashTable(StaticHashTable):
    """A table that grows."""

    def __init__(self, key_dtype, value_dtype, default_value, name=None, checkpoint=True):
        empty = KeyValueTensorInitializer(
            np.zeros(0, numpy_dtype(key_dtype)), np.zeros(0, numpy_dtype(value_dtype))
        )
        super().__init__(empty, default_value)

    def insert(self, keys, values, name=None):
        """Add keys with their values."""
        keys, values = as_tensor(keys).array.reshape(-1), as_tensor(values).array.reshape(-1)
        self._table.update(zip(keys.tolist(), values.tolist(), strict=True))

    def remove(self, keys, name=None):
        """Take keys away."""
        for key in as_tensor(keys).array.reshape(-1).tolist():
            self._table.pop(key, None)


@liftable
def _looked_up(keys, table, default, dtype):
    keys = as_tensor(keys).array
    made = np.empty(keys.shape, dtype)
    made.reshape(-1)[...] = [table.get(key, default) for key in keys.reshape(-1).tolist()]
    return Tensor(made)


# tf.Module


class Module:
    """Something with variables, which are found among its attributes."""

    def __init__(self, name=None):
        self._name = name or type(self).__name__.lower()

    @property
    def name(self):
        """The name."""
        return getattr(self, "_name", type(self).__name__.lower())

    @property
    def name_scope(self):
        """A block whose variables have the module's name as prefix."""
        return name_scope(self.name)

    @classmethod
    def with_name_scope(cls, method):
        """The method itself."""
        return method

    @property
    def variables(self):
        """All variables, those of modules inside too, by the attributes' names."""
        found = {}
        for part in _parts(self, set()):
            if isinstance(part, Variable):
                found.setdefault(id(part), part)
            else:
                found.update((id(v), v) for v in part.variables)
        return tuple(found.values())

    @property
    def trainable_variables(self):
        """The variables that training changes."""
        inner = {
            id(v) for p in _parts(self, set()) if isinstance(p, Layer) for v in p.non_trainable_variables
        }
        return tuple([v for v in self.variables if v.trainable and id(v) not in inner])

    @property
    def non_trainable_variables(self):
        """The variables that training leaves alone."""
        trained = {id(v) for v in self.trainable_variables}
        return tuple([v for v in self.variables if id(v) not in trained])

    @property
    def submodules(self):
        """The modules and layers inside."""
        return tuple([p for p in _parts(self, set()) if not isinstance(p, Variable)])


def _parts(owner, seen):
    """Variables, modules and layers among the attributes, in order of name, those inside of modules too."""

    def visit(value):
        if isinstance(value, (list, tuple)):
            for item in value:
                yield from visit(item)
        elif isinstance(value, dict):
            for key in sorted(value, key=str):
                yield from visit(value[key])
        elif isinstance(value, (Variable, Layer, Module)) and id(value) not in seen:
            seen.add(id(value))
            yield value
            if isinstance(value, Module):
                yield from _parts(value, seen)

    for name in sorted(vars(owner)):
        yield from visit(vars(owner)[name])
