"""Methods and attributes that older versions called something else: {class: {older name: row}}.

A row holds for the classes derived from that class, too. A text is the modern name. `DEFINED` are methods that older
scripts define in classes of their own, and that are called by other names today.
"""

from minikeras.spellings import changes, compiled, methods
from minikeras.spellings.rules import Method, Value

ATTRIBUTES = {
    "Callback": {
        "validation_data": Value(
            "arrays that the callback is given when it is made", methods.validation_data
        ),
    },
    "Layer": {
        # Keras 1
        "W": "kernel",
        "b": "bias",
        "get_output_shape_for": "compute_output_shape",
        "inner_activation": "recurrent_activation",
        "inner_init": "recurrent_initializer",
        "nb_filter": "filters",
        "output_dim": "units",
        "p": "rate",
        "subsample": "strides",
        "border_mode": "padding",
        "uses_learning_phase": Value("the argument `training` of call", methods.takes_training),
        # Keras 2
        "add_update": Method("variable.assign(...) in call", methods.add_update),
        "apply": "__call__",
        "get_input_at": Method("layer.input", methods.get_input_at),
        "get_input_shape_at": Method("layer.input.shape", methods.get_input_shape_at),
        "get_losses_for": Method("layer.losses", methods.get_losses_for),
        "get_output_at": Method("layer.output", methods.get_output_at),
        "get_output_shape_at": Method("layer.output.shape", methods.get_output_shape_at),
        "get_updates_for": Method("nothing: variables are assigned in call", methods.nothing),
        "input_shape": Value("layer.input.shape", methods.input_shape),
        "output_shape": Value("layer.output.shape", methods.output_shape),
        "input_mask": Value("layer.input", methods.input_mask),
        "output_mask": Value("layer.output", methods.output_mask),
        "updates": Value("nothing: variables are assigned in call", methods.nothing),
    },
    "Metric": {
        "reset_states": "reset_state",
    },
    "Model": {
        "compiled_loss": Value("model.compute_loss(x, y, y_pred)", compiled.CompiledLoss),
        "compiled_metrics": Value("model.compute_metrics(x, y, y_pred)", compiled.CompiledMetrics),
        "evaluate_generator": Method("model.evaluate(generator, steps=...)", methods.evaluate_generator),
        "fit_generator": Method(
            "model.fit(generator, steps_per_epoch=..., epochs=...)", methods.fit_generator
        ),
        "model": Value("the model itself", methods.itself),
        "predict_classes": Method(
            "np.argmax(model.predict(x), axis=-1), or (model.predict(x) > 0.5).astype('int32') for one output",
            methods.predict_classes,
        ),
        "predict_generator": Method("model.predict(generator, steps=...)", methods.predict_generator),
        "predict_proba": "predict",
        "reset_states": Method("layer.reset_states() of the recurrent layers", methods.reset_states),
        "state_updates": Value("nothing: variables are assigned in call", methods.nothing),
        "total_loss": Value("model.compute_loss", methods.compute_loss),
    },
    "Optimizer": {
        "_decayed_lr": Method("optimizer.learning_rate", methods.decayed_rate),
        "decay": Value("optimizer.learning_rate, a schedule", changes.get_decay),
        "get_updates": Method("optimizer.apply(gradients, variables)", methods.get_optimizer_updates),
        "get_weights": Method("[v.numpy() for v in optimizer.variables]", methods.get_optimizer_weights),
        "lr": Value("optimizer.learning_rate", changes.get_rate, changes.set_rate),
        "weights": "variables",
    },
}

# {class: {older name of a method: the name under which it is called}}
DEFINED = {
    "Layer": {"get_output_shape_for": "compute_output_shape"},
    "Metric": {"reset_states": "reset_state"},
}
