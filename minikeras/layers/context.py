"""What a call of a layer knows of the calls around it: the training flag, and the names of the layers above."""

import threading
from typing import Any


class Context(threading.local):
    """Per thread: the outermost layer being called, its training flag, and the scope in which weights are made."""

    def __init__(self):
        self.depth = 0
        self.training = None
        self.path = ()
        # {id of a symbolic tensor: its value} of the graph that is being run, and what evaluates others from them.
        self.values = None

    evaluate: Any = None


context = Context()
