"""A bag of settings, for scripts."""

import copy
import json

from minikeras import registry


class Config:
    """Settings that are attributes and items at once, and can be frozen.

    >>> config = Config(rate=0.1, steps=10)
    >>> config.rate = 0.2
    >>> config["rate"], len(config)
    (0.2, 2)
    >>> config.freeze()
    >>> config.rate = 0.3
    Traceback (most recent call last):
        ...
    ValueError: The settings are frozen, so 'rate' cannot change. Call unfreeze() first.
    """

    def __init__(self, **kwargs):
        object.__setattr__(self, "_config", kwargs)
        object.__setattr__(self, "_frozen", False)

    @property
    def frozen(self):
        """Whether the settings may not change."""
        return self._frozen

    def freeze(self):
        """Refuse changes from now on."""
        object.__setattr__(self, "_frozen", True)

    def unfreeze(self):
        """Allow changes again."""
        object.__setattr__(self, "_frozen", False)

    def _check(self, what):
        if self._frozen:
            raise ValueError(f"The settings are frozen, so {what} cannot change. Call unfreeze() first.")

    def as_dict(self):
        """The settings as a new dictionary."""
        return copy.copy(self._config)

    def to_json(self):
        """The settings as JSON."""
        return json.dumps(self._config)

    def keys(self):
        """The names."""
        return self._config.keys()

    def values(self):
        """The values."""
        return self._config.values()

    def items(self):
        """(name, value) pairs."""
        return self._config.items()

    def pop(self, *args):
        """Remove a setting and return its value; a second argument is returned where there is none."""
        self._check("they")
        return self._config.pop(*args)

    def update(self, *args, **kwargs):
        """Set several at once, as dict.update does."""
        self._check("they")
        self._config.update(*args, **kwargs)

    def get(self, keyname, value=None):
        """A setting, or `value` where there is none."""
        return self._config.get(keyname, value)

    def __setattr__(self, name, value):
        self[name] = value

    def __getattr__(self, name):
        if name.startswith("__") or name not in self._config:
            raise AttributeError(f"There is no setting {name!r}. {registry.suggest(name, self._config)}")
        return self._config[name]

    def __setitem__(self, key, item):
        self._check(repr(key))
        self._config[key] = item

    def __getitem__(self, key):
        return self._config[key]

    def __delitem__(self, key):
        self._check(repr(key))
        del self._config[key]

    def __iter__(self):
        return iter(sorted(self._config))

    def __len__(self):
        return len(self._config)

    def __contains__(self, item):
        return item in self._config

    def __repr__(self):
        return f"<Config {self._config}>"
