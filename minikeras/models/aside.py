"""What a model computes beside its outputs: penalties and reported values given as symbolic tensors of its graph.

Older Keras's `model.add_loss(K.mean(...))`; today a layer that calls `add_loss` in its `call` does this.
"""

from minikeras.autodiff import is_symbolic
from minikeras.layers.spec import who
from minikeras.models.graph import Graph
from minikeras.models.reading import reading_losses
from minikeras.nest import flatten
from minikeras.ops import reduce
from minikeras.spellings import older


class Aside:
    """`add_loss` and `add_metric` of models, for values and for symbolic tensors."""

    # The graph that has the outputs and what is beside them; None if there is nothing.
    _wider_graph = None

    def add_loss(self, loss, inputs=None):
        """Add to what training minimizes: a scalar tensor in `call`, or a symbolic tensor of the model's graph.

        inputs: accepted as in older versions.
        """
        losses = flatten(loss)
        symbolic = [one for one in losses if is_symbolic(one)]
        if symbolic:
            self._widen(losses=symbolic)
            older("model.add_loss(symbolic tensor)", "a layer that calls self.add_loss(value) in its call")
        values = [one for one in losses if not is_symbolic(one)]
        if values:
            super().add_loss(values)

    def add_metric(self, value, name=None, aggregation="mean"):
        """Report the mean of a value that `call` computed, or of a symbolic tensor of the model's graph."""
        if not is_symbolic(value):
            super().add_metric(value, name=name, aggregation=aggregation)
            return
        self._widen(metrics={name: (value, aggregation)})
        older(
            "model.add_metric(symbolic tensor)",
            "a layer that updates a metric of its own, keras.metrics.Mean, in its call",
        )

    def _given_graph(self, loss):
        """The losses that compile was given; those that read symbolic tensors of the graph will get the values."""
        if self._graph is None:
            return loss
        values = {}
        loss, symbols = reading_losses(loss, values)
        if symbols or vars(self).get("_read"):
            self._read, self._values_read = symbols, values
            self._widen()
        return loss

    def _widen(self, losses=(), metrics=()):
        if self._graph is None:
            raise ValueError(
                f"{who(self)} has no graph, so a symbolic tensor cannot belong to it. Make it of symbolic inputs and outputs, "
                "or compute the loss in call()."
            )
        before = vars(self).get("_beside", ([], {}))
        self._beside = [*before[0], *losses], {**before[1], **dict(metrics)}
        penalties, reported = self._beside
        structure = {
            "losses": penalties,
            "metrics": [value for value, _ in reported.values()],
            "read": vars(self).get("_read", []),
            "outputs": self._graph.output_structure,
        }
        self._wider_graph = Graph(self._graph.inputs, structure, self.name)

    def _run_graph(self, values, training=None):
        """The outputs for the graph's inputs; what is beside them goes where it belongs."""
        if self._wider_graph is None or is_symbolic(values):
            return self._graph.run(values, training)
        found = self._wider_graph.run(values, training)
        for symbol, value in zip(vars(self).get("_read", ()), found["read"], strict=True):
            self._values_read[id(symbol)] = value
        super().add_loss([one if not one.shape else reduce.mean(one) for one in found["losses"]])
        for (name, (_, aggregation)), value in zip(self._beside[1].items(), found["metrics"], strict=True):
            super().add_metric(value, name=name, aggregation=aggregation)
        return found["outputs"]
