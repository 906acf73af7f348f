"""A script without `if __name__ == "__main__"` that trains with worker processes: `python worker_script.py START_METHOD EPOCHS FOLDER`.

It prints a line when it has begun, and the losses at the end; FOLDER is where it backs up the training ("" for nowhere).
"""

import multiprocessing
import sys
import time

import numpy as np

import minikeras as keras


class Batches(keras.utils.PyDataset):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.order = np.arange(6)

    def __len__(self):
        return 6

    def __getitem__(self, index):
        time.sleep(0.01)
        x = np.random.default_rng(int(self.order[index])).normal(size=(8, 4)).astype("float32")
        return x + np.random.normal(size=x.shape).astype("float32"), x.sum(1, keepdims=True)

    def on_epoch_end(self):
        np.random.shuffle(self.order)


class Told(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        print("batch", flush=True)


def train(epochs, folder):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    callbacks = [Told()]
    if folder:
        callbacks.append(keras.callbacks.BackupAndRestore(folder, save_freq=2, delete_checkpoint=False))
    data = Batches(workers=2, use_multiprocessing=True, max_queue_size=3)
    model.fit(data, epochs=epochs, verbose=0, callbacks=callbacks)
    print([w.tolist() for w in model.get_weights()], flush=True)


if sys.argv[1] == "fork":
    train(int(sys.argv[2]), sys.argv[3])
elif __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    train(int(sys.argv[2]), sys.argv[3])
