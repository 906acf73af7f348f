"""What of Keras 3.15's public names is left out, and why; everything else is held by tests/test_api.py."""

BY_DESIGN = {
    "other array libraries and devices (JAX, Flax, PyTorch, TensorFlow, several accelerators)": """
        keras.device keras.name_scope keras.layers.FlaxLayer keras.layers.JaxLayer keras.layers.TFSMLayer
        keras.layers.TorchModuleWrapper keras.callbacks.OrbaxCheckpoint keras.config.is_nnx_enabled
        keras.config.set_backend keras.distribution.ModelParallel keras.distribution.LayoutMap
        keras.distribution.TensorLayout keras.distribution.distribute_tensor keras.distribution.initialize""",
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

NOT_YET = """
    keras.Function keras.Operation keras.config.disable_interactive_logging
    keras.config.enable_interactive_logging keras.config.is_interactive_logging_enabled
    keras.config.max_epochs keras.config.max_steps_per_epoch keras.config.set_max_epochs
    keras.config.set_max_steps_per_epoch keras.distribution.DataParallel keras.distribution.DeviceMesh
    keras.distribution.distribution keras.distribution.get_device_count keras.distribution.list_devices
    keras.distribution.set_distribution keras.export.ExportArchive keras.layers.AugMix
    keras.layers.AutoContrast keras.layers.ContrastLimitedAdaptiveHistogramEqualization keras.layers.CutMix
    keras.layers.Equalization keras.layers.MaxNumBoundingBoxes keras.layers.MelSpectrogram
    keras.layers.MixUp keras.layers.RandAugment keras.layers.RandomColorDegeneration
    keras.layers.RandomColorJitter keras.layers.RandomElasticTransform keras.layers.RandomErasing
    keras.layers.RandomGaussianBlur keras.layers.RandomGrayscale keras.layers.RandomHue
    keras.layers.RandomInvert keras.layers.RandomPerspective keras.layers.RandomPosterization
    keras.layers.RandomSaturation keras.layers.RandomSharpness keras.layers.STFTSpectrogram
    keras.layers.Solarization keras.preprocessing.image.smart_resize keras.saving.KerasFileEditor
    keras.utils.Config keras.utils.audio_dataset_from_directory keras.utils.bounding_boxes.affine_transform
    keras.utils.bounding_boxes.clip_to_image_size keras.utils.bounding_boxes.compute_ciou
    keras.utils.bounding_boxes.compute_iou keras.utils.bounding_boxes.convert_format
    keras.utils.bounding_boxes.crop keras.utils.bounding_boxes.decode_deltas_to_boxes
    keras.utils.bounding_boxes.encode_box_to_deltas keras.utils.bounding_boxes.pad
    keras.utils.disable_interactive_logging keras.utils.enable_interactive_logging
    keras.utils.is_interactive_logging_enabled keras.utils.model_to_dot keras.wrappers.SKLearnClassifier
    keras.wrappers.SKLearnRegressor keras.wrappers.SKLearnTransformer
"""

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
