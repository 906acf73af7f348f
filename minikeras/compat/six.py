"""`six` and `six.moves`, which scripts of the years of Python 2 import: what Python 3 has under those names.

It answers only where no package of that name is installed.
"""

import builtins
import pickle
import queue
from functools import reduce
from io import BytesIO, StringIO
from urllib.request import urlretrieve

PY2, PY3, PY34 = False, True, True
MAXSIZE = 2**63 - 1
string_types, integer_types, class_types = (str,), (int,), (type,)
text_type, binary_type = str, bytes

# moves
cPickle, cStringIO = pickle, StringIO  # noqa: N816 -- names of Python 2
filter, input, map, range, zip = builtins.filter, builtins.input, builtins.map, builtins.range, builtins.zip
xrange, unichr = builtins.range, chr
__all__ = [
    "BytesIO", "StringIO", "add_metaclass", "b", "binary_type", "cPickle", "ensure_binary", "ensure_str", "ensure_text",
    "integer_types", "iteritems", "iterkeys", "itervalues", "next", "print_", "queue", "raise_from", "reduce",
    "string_types", "text_type", "u", "urlretrieve", "viewitems", "viewkeys", "viewvalues", "with_metaclass", "xrange",
]  # fmt: skip

next, print_ = builtins.next, builtins.print


def iteritems(d, **kwargs):
    """The items of a dictionary.

    >>> list(iteritems({"a": 1}))
    [('a', 1)]
    """
    return iter(d.items(**kwargs))


def iterkeys(d, **kwargs):
    """The keys of a dictionary."""
    return iter(d.keys(**kwargs))


def itervalues(d, **kwargs):
    """The values of a dictionary."""
    return iter(d.values(**kwargs))


viewitems, viewkeys, viewvalues = dict.items, dict.keys, dict.values


def b(s):
    """A text as bytes."""
    return s.encode("latin-1")


def u(s):
    """The text itself."""
    return s


def ensure_binary(s, encoding="utf-8", errors="strict"):
    """Bytes of a text or bytes."""
    return s.encode(encoding, errors) if isinstance(s, str) else s


def ensure_str(s, encoding="utf-8", errors="strict"):
    """A text of a text or bytes."""
    return s.decode(encoding, errors) if isinstance(s, bytes) else s


ensure_text = ensure_str


def raise_from(value, from_value):
    """Raise an exception because of another."""
    raise value from from_value


def add_metaclass(metaclass):
    """A decorator that makes a class anew with a metaclass."""

    def wrapper(cls):
        members = {
            name: value for name, value in vars(cls).items() if name not in ("__dict__", "__weakref__")
        }
        return metaclass(cls.__name__, cls.__bases__, members)

    return wrapper


def with_metaclass(meta, *bases):
    """A base class with a metaclass."""
    return meta("temporary_class", bases, {})
