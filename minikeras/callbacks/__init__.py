"""Callbacks: what happens beside training, one file for each; it is loaded when it is first used."""

from minikeras import lazy

__getattr__, __dir__ = lazy.attributes(lazy.Names(__name__, __file__), globals())
