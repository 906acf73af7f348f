"""Identifiers: a name, a class, an object, a function or a configuration, turned into what it stands for."""

import inspect

from minikeras import registry
from minikeras.serialization import deserialize


def look_up(identifier, family, aliases=()):
    """The object of a family ('loss', 'metric', ...) that an identifier means; None stays None.

    identifier: the name of a class ('L2', 'mean_iou') or function, a class (it is called without arguments), an object
        or function (returned as it is), or a configuration.
    aliases: further names, {name: the name it means, or the (family, name) in another family}.
    """
    if identifier is None:
        return None
    if isinstance(identifier, str):
        found = find(identifier, family, aliases)
        if found is None:
            raise ValueError(
                f"Unknown {family} {identifier!r}. {registry.suggest(identifier, names(family, aliases))}"
            )
    elif isinstance(identifier, dict):
        found = read(identifier, family, aliases=aliases)
    else:
        found = identifier
    if not callable(found):
        raise ValueError(
            f"Expected {'an' if family[0] in 'aio' else 'a'} {family}: a name, an object, a function or a configuration; "
            f"received {identifier!r}."
        )
    return found() if inspect.isclass(found) else found


def read(config, family, custom_objects=None, aliases=()):
    """The object that a configuration of a family describes; a bare name is looked up."""
    if isinstance(config, str):
        with registry.custom_object_scope(custom_objects or {}):
            found = find(config, family, aliases)
        if found is None:
            raise ValueError(
                f"Unknown {family} {config!r}. {registry.suggest(config, names(family, aliases))}"
            )
        return found() if inspect.isclass(found) else found
    if isinstance(config, dict) and isinstance(config.get("class_name"), str):
        # Older files name a class as 'glorot_uniform', and leave out an empty configuration.
        known = find(config["class_name"], family, aliases) if not config.get("registered_name") else None
        name = known.__name__ if known is not None and inspect.isclass(known) else config["class_name"]
        config = {**config, "class_name": name, "config": config.get("config", {})}
    return deserialize(config, custom_objects, family)


def find(name, family, aliases=()):
    """The class or function of a family that goes by a name, or None."""
    found = registry.find_function(name, family) or registry.find_class(name, family)
    if found is not None:
        return found
    if name in aliases:
        alias = aliases[name]
        return find(alias, family) if isinstance(alias, str) else find(alias[1], alias[0])
    classes = registry.names(family)
    return next((registry.find_class(c, family) for c in classes if registry.snake_case(c) == name), None)


def names(family, aliases=()):
    """All names that a family's identifiers may have."""
    classes = [name for name, _ in registry.classes(family)]
    return {*registry.functions(family), *classes, *map(registry.snake_case, classes), *aliases}
