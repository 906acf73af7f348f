"""Times the MLP with scikit-learn's MLPClassifier, the only one of the workloads that it can express."""

from time import perf_counter

import numpy as np
from sklearn.neural_network import MLPClassifier


class Session:
    """A classifier with its data; `partial_fit` is one epoch."""

    def __init__(self, workload, variant):
        self.x, self.y = workload.data()
        self.batch = workload.batch
        self.model = MLPClassifier((workload.width or 128,), batch_size=self.batch, alpha=0.0, random_state=0)

    def step(self, repeats):
        self.model.partial_fit(self.x, self.y, classes=np.arange(10))
        start = perf_counter()
        for _ in range(repeats):
            self.model.partial_fit(self.x, self.y)
        steps = -(-len(self.x) // self.batch)
        return (perf_counter() - start) / (repeats * steps)
