"""Configurations of Keras 2, rewritten as Keras 3 would have written them."""

from minikeras.autodiff import FUNCTIONS

# Arguments that do not exist any more, with the values that make them mean nothing.
_GONE = {
    "implementation": (0, 1, 2),
    "time_major": (False,),
    "renorm": (False,),
    "fused": (None, True, False),
    "virtual_batch_size": (None,),
    "adjustment": (None,),
    "input_length": None,
    "input_dtype": None,
    "consume_less": None,
    "is_legacy_optimizer": (False, True),
    "jit_compile": (False, True),
    "decay": (0.0,),
    "initial_decay": (0.0,),
    "schedule_decay": None,
    "lora_rank": (None,),
}
_WRAPPERS = ("MeanMetricWrapper", "SumOverBatchSizeMetricWrapper", "LossFunctionWrapper")


def modern(config):
    """A configuration with everything in it rewritten, at any depth."""
    if isinstance(config, list):
        return [modern(part) for part in config]
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "Sequential":
        inner = config.get("config")
        inner = {"layers": inner} if isinstance(inner, list) else inner
        if isinstance(inner, dict) and isinstance(inner.get("layers"), list):
            config = {**config, "config": {**inner, "layers": _with_input(inner["layers"])}}
    config = {key: modern(value) for key, value in config.items()}
    name, inner = config.get("class_name"), config.get("config")
    if not isinstance(name, str) or "config" not in config:
        return config
    name = name.rpartition(">")[2] if name.startswith("Custom>") else name
    name = "Functional" if name == "Model" else name
    if isinstance(inner, dict):
        if _is_operation(name, inner, config.get("inbound_nodes")):
            return {**config, "module": "keras.src.ops.numpy"}
        inner = _modern_arguments(name, inner)
    return {**config, "class_name": name, "config": inner}


def _is_operation(name, arguments, nodes):
    """Whether an entry among the layers of a graph is a function of `ops`, of which Keras 3 writes the class name alone.

    Add the layer and Add the operation are told apart by what the configuration of every layer of Keras 3 has.
    """
    return (
        isinstance(nodes, list)
        and bool(nodes)
        and all(isinstance(node, dict) for node in nodes)
        and not {"dtype", "trainable"} & arguments.keys()
        and name.lower() in {function.replace("_", "") for function in FUNCTIONS.names()}
    )


def _modern_arguments(name, arguments):
    result = {}
    for key, value in arguments.items():
        if key in _GONE and (_GONE[key] is None or value in _GONE[key]):
            continue
        if key == "batch_input_shape":
            if name == "InputLayer":
                result["batch_shape"] = value
        elif key == "lr":
            result["learning_rate"] = value
        elif key == "axis" and isinstance(value, list) and len(value) == 1:
            result[key] = value[0]
        elif key == "reduction" and value == "auto":
            result[key] = "sum_over_batch_size"
        else:
            result[key] = value
    return result


def _with_input(layers):
    """The layers of a Sequential with the InputLayer that a first layer's batch_input_shape stands for."""
    first = layers[0] if layers and isinstance(layers[0], dict) else {}
    inner = first.get("config")
    if (
        first.get("class_name") == "InputLayer"
        or not isinstance(inner, dict)
        or "batch_input_shape" not in inner
    ):
        return layers
    start = {
        "batch_shape": inner["batch_input_shape"],
        "dtype": inner.get("dtype"),
        "name": f"{inner.get('name')}_input",
    }
    return [{"class_name": "InputLayer", "config": start}, *layers]


def modern_loss(loss):
    """The loss of a training configuration: names stay, a wrapped function becomes its name."""
    if isinstance(loss, list):
        return [modern_loss(part) for part in loss]
    if isinstance(loss, dict) and "class_name" not in loss:
        return {key: modern_loss(part) for key, part in loss.items()}
    if isinstance(loss, dict) and loss["class_name"] in _WRAPPERS:
        return _function_name(loss, loss["config"])
    loss = modern(loss)
    if isinstance(loss, dict) and isinstance(loss.get("config"), dict):
        loss["config"].pop("fn", None)
    return loss


def modern_metrics(metrics, is_known):
    """The metrics of a training configuration: a wrapped function becomes the name under which it is known."""
    if isinstance(metrics, list):
        return [modern_metrics(part, is_known) for part in metrics]
    if not isinstance(metrics, dict):
        return metrics
    if "class_name" not in metrics:
        return {key: modern_metrics(part, is_known) for key, part in metrics.items()}
    if metrics["class_name"] in _WRAPPERS:
        name = metrics["config"].get("name")
        return (
            name if isinstance(name, str) and is_known(name) else _function_name(metrics, metrics["config"])
        )
    metrics = modern(metrics)
    if isinstance(metrics.get("config"), dict):
        metrics["config"].pop("fn", None)
    return metrics


def _function_name(wrapper, config):
    function = config.get("fn")
    if isinstance(function, dict):
        function = function.get("config")
    return function if isinstance(function, str) else wrapper
