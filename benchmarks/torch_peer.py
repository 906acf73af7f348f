"""Times a workload as a PyTorch user writes it by hand: modules, a loop over shuffled batches, eager or compiled."""

from time import perf_counter

import torch
from torch import nn


def iris(width):
    return nn.Linear(4, 3)


def mlp(width):
    width = width or 128
    return nn.Sequential(nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 10))


def lenet(width):
    return nn.Sequential(
        nn.Conv2d(1, 6, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(256, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


def cnn(width):
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(64, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 6 * 6, 512),
        nn.ReLU(),
        nn.Linear(512, 10),
    )


class SequenceClassifier(nn.Module):
    """The last state of one LSTM layer, through one linear layer."""

    def __init__(self, width):
        super().__init__()
        self.lstm = nn.LSTM(32, width, batch_first=True)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        _, (state, _) = self.lstm(x)
        return self.head(state[0])


def lstm(width):
    return SequenceClassifier(width or 64)


MODELS = {"iris": iris, "mlp": mlp, "lenet": lenet, "cnn": cnn, "lstm": lstm}


class Session:
    """A module with its optimizer and data; the methods are those of `keras_script.Session`."""

    def __init__(self, workload, variant):
        torch.manual_seed(0)
        x, y = workload.data()
        if x.ndim == 4:
            x = x.transpose(0, 3, 1, 2).copy()
        self.array = x
        self.x, self.y = torch.from_numpy(x), torch.from_numpy(y)
        self.batch = workload.batch
        self.model = MODELS[workload.model](workload.width)
        if workload.model == "iris":
            self.optimizer = iris_optimizer(self.model)
        else:
            self.optimizer = torch.optim.Adam(self.model.parameters())
        self.loss = nn.CrossEntropyLoss()
        if variant == "compiled":
            self.model = torch.compile(self.model)

    def step(self, repeats):
        self.epoch()
        start = perf_counter()
        for _ in range(repeats):
            self.epoch()
        steps = -(-len(self.x) // self.batch)
        return (perf_counter() - start) / (repeats * steps)

    def fit(self, repeats):
        start = perf_counter()
        for _ in range(100 * repeats):
            self.epoch()
        return (perf_counter() - start) / repeats

    def epoch(self):
        """One pass over the shuffled rows, with the running loss and accuracy that `fit` would report."""
        self.model.train()
        total, hits = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for rows in torch.randperm(len(self.x)).split(self.batch):
            x, y = self.x[rows], self.y[rows]
            self.optimizer.zero_grad()
            logits = self.model(x)
            loss = self.loss(logits, y)
            loss.backward()
            self.optimizer.step()
            with torch.no_grad():
                total += loss * len(rows)
                hits += (logits.argmax(1) == y).sum()
        return total.item() / len(self.x), hits.item() / len(self.x)

    def predict(self, repeats):
        """Probabilities of the rows, array in and array out."""
        self.model.eval()
        start = perf_counter()
        with torch.inference_mode():
            for _ in range(repeats):
                self.model(torch.from_numpy(self.array)).softmax(1).numpy()
        return (perf_counter() - start) / repeats

    call = predict


def iris_optimizer(model):
    """SGD whose weight decay is the gradient of Keras's penalty 0.01 Σw², on the kernel alone."""
    groups = [{"params": [model.weight], "weight_decay": 0.02}, {"params": [model.bias]}]
    return torch.optim.SGD(groups, lr=0.1)
