"""Older spellings of Keras: what earlier versions called things, as data, and the one warning each of them gets.

The tables of this package say which older name, argument or value means which modern one; nothing else in minikeras
does. Whoever meets an unknown name asks here before it refuses it.
"""

import warnings

# What was translated in this process, in order: (older spelling, modern spelling) and how often.
translated: dict[tuple[str, str], int] = {}


def older(spelling, modern, stacklevel=2):
    """Warn that `spelling` is an older one for `modern`, and remember that it was translated.

    `stacklevel` counts as in `warnings.warn`, seen from the caller of this function: 2 is the caller's caller.

    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     older("SGD(lr=...)", "SGD(learning_rate=...)")
    >>> print(caught[0].message)
    SGD(lr=...) is an older spelling: write SGD(learning_rate=...).
    """
    key = (spelling, modern)
    translated[key] = translated.get(key, 0) + 1
    warnings.warn(
        f"{spelling} is an older spelling: write {modern}.", DeprecationWarning, stacklevel=stacklevel + 1
    )
