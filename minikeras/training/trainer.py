"""compile, fit, evaluate, predict: what makes a model learn."""

import numpy as np

from minikeras import limits, optimizers
from minikeras.callbacks import CallbackList
from minikeras.callbacks.logs import plain_number
from minikeras.callbacks.progbar_logger import verbosity
from minikeras.callbacks.terminate_on_nan import StopAtFirstNaN, stopping_at_nan
from minikeras.metrics.reduction import Mean
from minikeras.nest import flatten, map_structure
from minikeras.serialization import deserialize, serialize
from minikeras.spellings.calls import accepting
from minikeras.spellings.logs import Logs
from minikeras.training.arrays import as_batch, class_weights, pack, split_validation, unpack, warn_of_nan
from minikeras.training.compiled import CompiledLoss, CompiledMetrics
from minikeras.training.conversion import is_stream
from minikeras.training.data import as_arrays, source_of
from minikeras.training.epochs import Epochs, limited
from minikeras.training.logs import LazyLogs, listed
from minikeras.training.pydataset import PyDataset
from minikeras.training.steps import Steps
from minikeras.training.thawing import CompiledState, thawed
from minikeras.training.whole_steps import WholeSteps


class Trainer(Steps):
    """The training half of a model: many steps, with their data and callbacks around them."""

    optimizer = None
    loss = None
    compiled = False
    stop_training = False
    steps_per_execution = 1
    run_eagerly = False
    jit_compile = False
    debug_nan = False
    history = None

    # 1. Compile

    @accepting("Model.compile", looked_at=3)
    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
        debug_nan=False,
    ):
        """Choose how the model learns.

        optimizer: a name or object. loss: a name, function or object, or a list or dictionary of them, one for each
        output, weighted by loss_weights. metrics: names, functions or objects, reported but not minimized;
        weighted_metrics take the sample weights into account. debug_nan: fit and train_on_batch end with an error that
        names the layer and batch where a value first stopped being finite. auto_scale_loss: see `optimizers.scaled`. The
        remaining arguments are accepted for Keras's sake.
        """
        self.optimizer = optimizers.scaled(optimizers.get(optimizer), auto_scale_loss, self.dtype_policy)
        self.loss = loss
        names = getattr(self, "output_names", None)
        self._compiled_loss = CompiledLoss(self._given_graph(loss), loss_weights, names)
        self._compiled_metrics = CompiledMetrics(metrics, weighted_metrics, names, loss)
        self._loss_tracker = Mean(name="loss")
        self._compile_arguments = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": False,
        }
        self.run_eagerly = run_eagerly
        self.debug_nan = debug_nan
        self.steps_per_execution = steps_per_execution
        self.stop_training = False
        self.compiled = True
        self._compiled_state = CompiledState(self)
        self._forget_structure()
        self._predictions = None

    def get_compile_config(self):
        """The arguments of `compile` as plain data; None before it."""
        if not self.compiled:
            return None
        return {
            name: serialize(self.optimizer if name == "optimizer" else value)
            for name, value in self._compile_arguments.items()
        }

    def compile_from_config(self, config):
        """Compile as `get_compile_config` recorded."""
        limits.check_values(
            flatten([config.get(key) for key in ("loss", "loss_weights", "metrics", "weighted_metrics")])
        )
        optimizer = config.get(
            "optimizer", "rmsprop"
        )  # Keras loses it when it has written an .h5 file before
        self.compile(
            optimizer=optimizers.deserialize(optimizer) if isinstance(optimizer, dict) else optimizer,
            loss=deserialize(config.get("loss"), family="loss"),
            loss_weights=config.get("loss_weights"),
            metrics=deserialize(config.get("metrics"), family="metric"),
            weighted_metrics=deserialize(config.get("weighted_metrics"), family="metric"),
        )
        if self.built:
            self.optimizer.build(self.trainable_variables)

    def _given_graph(self, loss):
        """The losses as the model computes them; models with a graph know more."""
        return loss

    def _require_compiled(self, method):
        if not self.compiled:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' must be compiled before {method}(). "
                "Call model.compile(optimizer, loss) first, for example model.compile('adam', 'mse')."
            )

    # 2. Many steps

    @accepting("Model.fit")
    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
    ):
        """Train for `epochs` passes over the data; returns the History of the metrics.

        x: an array of samples (NumPy, memory map, data frame, HDF5, zarr, SciPy sparse, other libraries' tensors), a list
        or dictionary of them for several inputs, or anything that yields batches (generator, PyDataset, data loader),
        which then holds y and the weights too. Arrays are read batch by batch and never copied whole. shuffle: True draws
        a new order of all rows for each epoch; 'batch' shuffles batches of neighbouring rows, which is far faster where
        rows are read from compressed files. validation_split takes the last rows, before any shuffling. class_weight: {class: weight}. Ctrl-C ends the training after the current step; the model
        and `model.history` stay usable.
        """
        self._require_compiled("fit")
        epochs = limited(epochs)
        self._forget_structure()
        if validation_split and validation_data is None:
            if is_stream(x) or isinstance(x, PyDataset):
                raise ValueError(
                    "validation_split needs arrays. Pass validation_data for generators and data sets."
                )
            x, y, sample_weight = as_arrays(self._as_inputs(x), y, sample_weight)
            (x, y, sample_weight), validation_data = split_validation(x, y, sample_weight, validation_split)
        dtypes = self._input_dtypes()
        x = self._as_inputs(x)
        source = source_of(x, y, sample_weight, batch_size, shuffle, steps_per_epoch, class_weight, dtypes)
        warn_of_nan(getattr(source, "structure", (None,))[0])
        training = Epochs(source, steps_per_epoch, first_epoch=initial_epoch)
        validation = None
        if validation_data is not None:
            validation = self._validation(
                validation_data, validation_batch_size or batch_size, validation_steps, dtypes
            )
        events = self._events(callbacks, verbose, epochs=epochs, steps=training.steps, history=True)
        self.stop_training = False
        events.data = (training, validation)
        logs = Logs()
        with events, WholeSteps() as steps, thawed(self):
            events.on_train_begin()
            for epoch in range(training.first_epoch, epochs):
                if self.stop_training and not training.first_batch_of(epoch):
                    break
                self.reset_metrics()
                events.on_epoch_begin(epoch)
                result = self._run(self.train_step, training, epoch, events, "train", steps)
                logs = self._as_logs(result)
                if validation is not None and _is_due(epoch, validation_freq):
                    logs.update(
                        {f"val_{name}": v for name, v in self._evaluate(validation, events, steps).items()}
                    )
                events.on_epoch_end(epoch, logs)
            self.optimizer.finalize_variable_values(self.trainable_variables)
            events.on_train_end(logs)
        self.history = events.history
        return events.history

    @accepting("Model.evaluate")
    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose="auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
    ):
        """The loss and metrics on the data: a number, a list (see `training.logs.listed`), or a dictionary."""
        self._require_compiled("evaluate")
        x = self._as_inputs(x)
        source = source_of(x, y, sample_weight, batch_size, x_dtypes=self._input_dtypes())
        epochs = Epochs(source, steps)
        events = self._events(callbacks, verbose, epochs=1, steps=epochs.steps)
        with events, epochs, WholeSteps() as whole:
            logs = self._evaluate(epochs, events, whole)
        return logs if return_dict else listed(logs, self.metrics)

    @accepting("Model.predict")
    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
        """The outputs for the data, as NumPy arrays."""
        if self._predictions is not None and callbacks is None and steps is None and verbosity(verbose) == 0:
            outputs = self._predictions.of_array(x, batch_size)
            if outputs is not None:
                return outputs
        x = self._as_inputs(x)
        source = source_of(x, None, None, batch_size, x_dtypes=self._input_dtypes())
        epochs = Epochs(source, steps)
        events = self._events(callbacks, verbose, epochs=1, steps=epochs.steps)
        collected = []

        def step(batch):
            collected.append(self._predicted(batch))
            return {"outputs": collected[-1]}

        with events, epochs, WholeSteps() as whole:
            events.on_predict_begin()
            self._run(step, epochs, 0, events, "predict", whole)
            events.on_predict_end()
        if not collected:
            raise ValueError("predict received no batches of data.")
        if len(collected) == 1:
            return map_structure(np.array, collected[0])
        return map_structure(lambda *parts: np.concatenate(parts), *collected)

    def _run(self, step, epochs, epoch, events, mode, steps):
        """The one loop: a step for each batch, with the events around it. Returns the last step's logs."""
        begin = events.batch_listener(f"on_{mode}_batch_begin")
        end = events.batch_listener(f"on_{mode}_batch_end")
        stops = mode == "train"
        first = epochs.first_batch_of(epoch)
        logs = LazyLogs(self) if first else None
        if first and self.stop_training:
            return logs
        for number, batch in enumerate(epochs.epoch(epoch), first):
            batch = events.batch = pack(batch)
            if begin is not None:
                begin(number)
            steps.inside = True
            logs = step(batch)
            steps.inside = False
            if steps.interrupted:
                raise KeyboardInterrupt
            if end is not None:
                end(number, logs)
            if stops and self.stop_training:
                break
        return logs

    def _evaluate(self, epochs, events, steps):
        self.reset_metrics()
        events.on_test_begin()
        logs = self._as_logs(self._run(self.test_step, epochs, 0, events, "test", steps))
        events.on_test_end(logs)
        return logs

    def _validation(self, data, batch_size, steps, dtypes):
        if isinstance(data, (list, tuple)) and not isinstance(data, PyDataset):
            x, y, weight = unpack(tuple(data))
            x = self._as_inputs(x)
            return Epochs(source_of(x, y, weight, batch_size, x_dtypes=dtypes), steps)
        return Epochs(source_of(data, None, None, batch_size, x_dtypes=dtypes), steps)

    def _events(self, callbacks, verbose, epochs, steps, history=False):
        events = callbacks
        if not isinstance(callbacks, CallbackList):
            events = CallbackList(
                callbacks,
                add_history=history,
                add_progbar=verbosity(verbose) > 0,
                model=self,
                epochs=epochs,
                steps=steps,
                verbose=verbose,
            )
        if history and self.debug_nan and not any(isinstance(c, StopAtFirstNaN) for c in events.callbacks):
            events.append(StopAtFirstNaN())
        return events

    def _as_logs(self, result):
        """The metrics at the end of an epoch as a dictionary of Python numbers."""
        if result is None:
            return Logs()
        if isinstance(result, LazyLogs):
            values = result.read()
        else:
            # A step of the user's own: the metrics' final values if it reported all of them, else what it returned.
            values, final = dict(result), dict(self.get_metrics_result().items())
            values = final if final.keys() == values.keys() else values
        return Logs({name: plain_number(value) for name, value in values.items()})

    def _input_dtypes(self):
        """The dtypes the model's inputs are converted to while batches are gathered; None where it does not say."""
        return None

    def _as_inputs(self, x):
        """x as the inputs take it: a frame's columns by the inputs' names, texts for a model that begins with texts."""
        return x

    # 3. One batch at a time

    @accepting("Model.train_on_batch")
    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """One training step on exactly these samples; the metrics are those of this batch alone."""
        self._require_compiled("train_on_batch")
        if class_weight is not None:
            sample_weight = class_weights(y, class_weight)
        step = stopping_at_nan(self) if self.debug_nan else self.train_step
        with thawed(self):
            return self._on_batch(step, (x, y, sample_weight), return_dict)

    @accepting("Model.test_on_batch")
    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """Judge exactly these samples; the metrics are those of this batch alone."""
        self._require_compiled("test_on_batch")
        return self._on_batch(self.test_step, (x, y, sample_weight), return_dict)

    def predict_on_batch(self, x):
        """The outputs for exactly these samples, as NumPy arrays."""
        x = as_batch((x,))[0]
        return map_structure(np.array, self._predicted(pack((x, None, None))))

    def _on_batch(self, step, batch, return_dict):
        self.reset_metrics()
        logs = self._as_logs(step(pack(as_batch(batch))))
        return logs if return_dict else listed(logs, self.metrics)


def _is_due(epoch, frequency):
    """Whether validation is due after this epoch (counted from 0)."""
    if isinstance(frequency, (int, np.integer)) and frequency > 0:
        return (epoch + 1) % frequency == 0
    if isinstance(frequency, (list, tuple, set)):
        return epoch + 1 in frequency
    raise ValueError(
        f"validation_freq must be a positive integer or a list of epochs (from 1), received {frequency!r}."
    )
