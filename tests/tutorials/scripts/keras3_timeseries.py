"""Timeseries forecasting, class weights and callbacks, in the manner of 2024."""
import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(812)
t = np.arange(600, dtype="float32")
values = np.sin(t / 10)[:, None]
past, future = 12, 3
dataset_train = keras.utils.timeseries_dataset_from_array(
    values[:-past - future], values[past + future:], sequence_length=past, sampling_rate=1, batch_size=64)
for batch in dataset_train.take(1) if hasattr(dataset_train, "take") else dataset_train:
    inputs, targets = batch
    break
print("Input shape:", np.asarray(inputs).shape, "Target shape:", np.asarray(targets).shape)

model = keras.Sequential([layers.Input((past, 1)), layers.LSTM(16), layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(learning_rate=keras.optimizers.schedules.ExponentialDecay(0.02, 50, 0.9)),
              loss="mse")
es_callback = keras.callbacks.EarlyStopping(monitor="loss", min_delta=0, patience=5, restore_best_weights=True)
modelckpt_callback = keras.callbacks.ModelCheckpoint(
    monitor="loss", filepath="model_checkpoint.weights.h5", verbose=0, save_weights_only=True, save_best_only=True)
history = model.fit(dataset_train, epochs=12, callbacks=[es_callback, modelckpt_callback], verbose=0)
print("loss below 0.02:", min(history.history["loss"]) < 0.02)
model.load_weights("model_checkpoint.weights.h5")

counts = np.array([90, 10])
features = np.random.default_rng(0).normal(size=(100, 3)).astype("float32")
targets = (np.arange(100) >= 90).astype("float32")[:, None]
features[90:] += 2
weighted = keras.Sequential([keras.Input((3,)), layers.Dense(8, activation="gelu"), layers.Dropout(0.3),
                             layers.Dense(1, activation="sigmoid")])
weighted.compile(optimizer=keras.optimizers.Adam(1e-2), loss=keras.losses.BinaryFocalCrossentropy(),
                 metrics=[keras.metrics.Precision(name="precision"), keras.metrics.Recall(name="recall"),
                          keras.metrics.AUC(name="auc")])
history = weighted.fit(features, targets, epochs=30, verbose=0, class_weight={0: 1 / 90, 1: 1 / 10})
print(sorted(history.history), history.history["auc"][-1] > 0.9)
