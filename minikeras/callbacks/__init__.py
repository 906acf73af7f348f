"""Callbacks: each file says in `__all__` or by its one class what it holds."""

from minikeras.callbacks.callback import Callback
from minikeras.callbacks.callback_list import CallbackList
from minikeras.callbacks.history import History

__all__ = ["Callback", "CallbackList", "History"]
