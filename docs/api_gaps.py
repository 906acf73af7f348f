"""What of Keras 3.15's public names is left out, and why; everything else is held by tests/test_api.py."""

BY_DESIGN = {
    "other array libraries and devices (JAX, Flax, PyTorch, TensorFlow, several accelerators)": """
        keras.device keras.name_scope keras.layers.FlaxLayer keras.layers.JaxLayer keras.layers.TFSMLayer
        keras.layers.TorchModuleWrapper keras.callbacks.OrbaxCheckpoint keras.config.is_nnx_enabled
        keras.config.set_backend keras.distribution.ModelParallel keras.distribution.LayoutMap
        keras.distribution.TensorLayout keras.distribution.distribute_tensor keras.distribution.initialize
        keras.export.ExportArchive""",
    "scopes that serve compiled and functional array libraries; here operations run at once": """
        keras.StatelessScope keras.SymbolicScope keras.RematScope keras.remat""",
    "quantization": "keras.Quantizer",
    "attention has one exact kernel here, nothing to switch": """
        keras.config.disable_flash_attention keras.config.enable_flash_attention
        keras.config.is_flash_attention_enabled""",
    "loading a file never runs code, whatever a switch says": "keras.config.enable_unsafe_deserialization",
    "tracebacks are short without being filtered": """
        keras.config.disable_traceback_filtering keras.config.enable_traceback_filtering
        keras.config.is_traceback_filtering_enabled""",
    "string tensors": "keras.utils.FeatureSpace",
    "the configurations of Keras 2 are read by the loaders themselves": """
        keras.utils.legacy.deserialize_keras_object keras.utils.legacy.serialize_keras_object""",
}

NOT_YET = {
    "a model trains in one process, whose threads share the work": """
        keras.distribution.DataParallel keras.distribution.DeviceMesh keras.distribution.distribution
        keras.distribution.get_device_count keras.distribution.list_devices keras.distribution.set_distribution""",
    "files are edited through the model in them: load it, rename layers or set weights, save it": """
        keras.saving.KerasFileEditor""",
}

# Parameters that no class or function here takes, with the reason.
PARAMETERS = {
    "lora_rank": "low-rank adaptation",
    "lora_alpha": "low-rank adaptation",
    "quantization_config": "quantization",
    "gptq_unpacked_column_size": "quantization",
    "layout": "distribution over devices",
}

# Names whose parameters differ, with the reason.
SIGNATURES = {
    "keras.saving.save_weights": "without `max_shard_size`: weights are one file",
    "keras.KerasTensor": "made by Input and by calls on it; sparse and ragged tensors do not exist here",
}
