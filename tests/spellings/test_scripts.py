"""Whole scripts in the manner of their years, each a program of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

import minikeras

KERAS_1 = """
import numpy as np
import minikeras as keras
from minikeras.models import Sequential
from minikeras.layers.core import Dense, Dropout, Activation, Flatten
from minikeras.layers import Convolution2D, MaxPooling2D
from minikeras.optimizers import SGD
from minikeras.regularizers import l2, activity_l2
from minikeras.utils import np_utils

np.random.seed(1337)
batch_size, nb_classes, nb_epoch = 16, 3, 2
nb_filters, nb_pool, nb_conv = 4, 2, 3
X_train = np.random.rand(48, 1, 12, 12).astype("float32")
y_train = np.random.randint(0, nb_classes, 48)
Y_train = np_utils.to_categorical(y_train, nb_classes)

model = Sequential()
model.add(Convolution2D(nb_filters, nb_conv, nb_conv, border_mode="valid", input_shape=(1, 12, 12), dim_ordering="th"))
model.add(Activation("relu"))
model.add(Convolution2D(nb_filters, nb_conv, nb_conv, dim_ordering="th", W_regularizer=l2(0.01)))
model.add(Activation("relu"))
model.add(MaxPooling2D(pool_size=(nb_pool, nb_pool), dim_ordering="th"))
model.add(Dropout(p=0.25))
model.add(Flatten())
model.add(Dense(output_dim=16, init="glorot_uniform", activity_regularizer=activity_l2(0.001)))
model.add(Activation("relu"))
model.add(Dense(nb_classes, bias=False))
model.add(Activation("softmax"))
sgd = SGD(lr=0.1, decay=1e-6, momentum=0.9, nesterov=True)
model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])
history = model.fit(X_train, Y_train, batch_size=batch_size, nb_epoch=nb_epoch, show_accuracy=True, verbose=0,
                    validation_data=(X_train, Y_train))
print("history", sorted(history.history), len(history.history["val_acc"]))
score = model.evaluate(X_train, Y_train, verbose=0, show_accuracy=True)
print("score", len(score))
print("classes", model.predict_classes(X_train).shape, model.predict_proba(X_train, verbose=0).shape)

def batches():
    while True:
        for start in range(0, 48, 16):
            yield X_train[start:start + 16], Y_train[start:start + 16]

model.fit_generator(batches(), samples_per_epoch=48, nb_epoch=1, validation_data=batches(), nb_val_samples=32, verbose=0)
print("steps", int(model.optimizer.iterations))
model.save_weights("weights.h5", overwrite=True)
model.load_weights("weights.h5")
"""

KERAS_1_SEQUENCES = """
import numpy as np
from minikeras.models import Model, Sequential
from minikeras.layers import Dense, Embedding, Input, LSTM, TimeDistributedDense
from minikeras.layers.pooling import GlobalMaxPooling1D
from minikeras.layers import Convolution1D

X = np.random.randint(0, 20, (12, 7))
y = np.random.randint(0, 2, 12)
model = Sequential()
model.add(Embedding(20, 8, input_length=7, dropout=0.2, init="uniform"))
model.add(LSTM(output_dim=5, inner_activation="hard_sigmoid", inner_init="orthogonal", forget_bias_init="one",
               dropout_W=0.2, dropout_U=0.2, consume_less="gpu", return_sequences=True))
model.add(TimeDistributedDense(4))
model.add(Convolution1D(nb_filter=6, filter_length=3, border_mode="same", subsample_length=1))
model.add(GlobalMaxPooling1D())
model.add(Dense(1, activation="sigmoid"))
model.compile("adam", "binary_crossentropy", ["accuracy"])
model.fit(X, y, nb_epoch=2, batch_size=4, verbose=0)
print("outputs", model.predict_classes(X).shape)

a = Input(batch_shape=(None, 6))
b = Dense(output_dim=2)(a)
functional = Model(input=a, output=b)
functional.compile(optimizer="rmsprop", loss="mse")
print("functional", functional.predict(np.ones((3, 6)), verbose=0).shape)
"""

KERAS_2 = """
import numpy as np
import minikeras as keras
from minikeras import backend as K, layers, models, optimizers
from minikeras.callbacks import Callback, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from minikeras.layers import CuDNNLSTM, LeakyReLU
from minikeras.utils import multi_gpu_model, np_utils

class Rates(Callback):
    def on_train_begin(self, logs={}):
        self.rates = []

    def on_epoch_end(self, epoch, logs={}):
        self.rates.append(K.get_value(self.model.optimizer.lr))
        K.set_value(self.model.optimizer.lr, K.get_value(self.model.optimizer.lr) * 0.5)

x = np.random.rand(40, 5, 3)
y = np_utils.to_categorical(np.arange(40) % 4)
model = models.Sequential()
model.add(CuDNNLSTM(8, input_shape=(5, 3)))
model.add(layers.Dense(8))
model.add(LeakyReLU(alpha=0.1))
model.add(layers.Dense(4, activation="softmax"))
model = multi_gpu_model(model, gpus=2)
model.compile(loss="categorical_crossentropy", optimizer=optimizers.Adam(lr=0.01, epsilon=None, decay=0.0, amsgrad=False),
              metrics=["acc"])
rates = Rates()
history = model.fit(x, y, epochs=3, verbose=0, validation_split=0.25, workers=2, callbacks=[
    rates,
    EarlyStopping(monitor="val_acc", patience=10),
    ModelCheckpoint("weights.{epoch:02d}-{val_acc:.2f}.hdf5", monitor="val_accuracy", save_best_only=True, period=1),
    ReduceLROnPlateau(monitor="val_loss", patience=10, epsilon=1e-4),
])
print("rates", [round(float(rate), 4) for rate in rates.rates])
print("history", sorted(history.history), history.history["lr"] == history.history["learning_rate"])
model.save("model")
again = models.load_model("model")
print("equal", np.array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0)))
print("rmsprop", optimizers.rmsprop(lr=0.001).__class__.__name__)
"""

EXPECTED = {
    "KERAS_1": [
        "history ['accuracy', 'loss', 'val_accuracy', 'val_loss'] 2",
        "score 2",
        "classes (48,) (48, 3)",
        "steps 9",
    ],
    "KERAS_1_SEQUENCES": ["outputs (12, 1)", "functional (3, 2)"],
    "KERAS_2": [
        "rates [0.01, 0.005, 0.0025]",
        "history ['acc', 'learning_rate', 'loss', 'val_acc', 'val_loss'] True",
        "equal True",
        "rmsprop RMSprop",
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_script(name, tmp_path):
    (tmp_path / "script.py").write_text(globals()[name])
    ran = subprocess.run(
        [sys.executable, "-W", "always::DeprecationWarning", "script.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(Path(minikeras.__file__).parents[1]), "MINIKERAS_KERNELS": "reference"},
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == EXPECTED[name]
    told = [line for line in ran.stderr.splitlines() if "DeprecationWarning" in line]
    assert told
    assert all("is an older spelling: write " in line and "script.py:" in line for line in told), told
