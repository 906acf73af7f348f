"""What older `keras.preprocessing` had, and what serves today."""

_IMAGES = "keras.utils.image_dataset_from_directory and layers such as keras.layers.RandomRotation"
_TEXTS = "keras.layers.TextVectorization"

MODERN = {
    "image": dict.fromkeys(
        ["ImageDataGenerator", "Iterator", "NumpyArrayIterator", "DirectoryIterator", "DataFrameIterator"],
        _IMAGES,
    )
    | {
        "apply_affine_transform": "keras.ops.image.affine_transform",
        "apply_brightness_shift": "keras.layers.RandomBrightness",
        "apply_channel_shift": "keras.ops.clip(x + intensity, ...)",
        "flip_axis": "keras.ops.flip",
        "random_brightness": "keras.layers.RandomBrightness",
        "random_channel_shift": "keras.layers.RandomBrightness",
        "random_rotation": "keras.layers.RandomRotation",
        "random_shear": "keras.layers.RandomShear",
        "random_shift": "keras.layers.RandomTranslation",
        "random_zoom": "keras.layers.RandomZoom",
        "transform_matrix_offset_center": "keras.ops.image.affine_transform",
    },
    "text": {
        "Tokenizer": _TEXTS,
        "hashing_trick": "keras.layers.Hashing",
        "one_hot": "keras.layers.Hashing",
        "text_to_word_sequence": _TEXTS,
        "tokenizer_from_json": _TEXTS,
    },
    "sequence": {
        "TimeseriesGenerator": "keras.utils.timeseries_dataset_from_array",
        "_remove_long_seq": "[s for s in sequences if len(s) < maxlen]",
        "make_sampling_table": "a function of your own",
        "skipgrams": "a function of your own",
    },
}
