"""The table of operations: which function writes which operation into a graph."""

_TABLE: dict = {}


def emits(*names):
    """Enter a function for the operations of these names.

    It is called as `function(graph, *inputs, **settings)`, with the operation's own inputs (Values, or None) and settings,
    and returns the name of the output, or a tuple of names. `graph.call` tells the outputs' shapes and dtypes.
    """

    def enter(function):
        for name in names:
            _TABLE[name] = function
        return function

    return enter


def emitter_of(name):
    """The function for an operation, or None."""
    return _TABLE.get(name)
