"""What older `keras.utils` had, where it is, and what serves today."""

from minikeras.spellings.rules import Name

UTILITIES = {
    "GeneratorEnqueuer": Name(
        "minikeras.compat.enqueuers:GeneratorEnqueuer", "model.fit(generator), or a keras.utils.PyDataset"
    ),
    "HDF5Matrix": Name("minikeras.compat.hdf5_matrix:HDF5Matrix", "the h5py data set itself"),
    "OrderedEnqueuer": Name(
        "minikeras.compat.enqueuers:OrderedEnqueuer", "model.fit of a keras.utils.PyDataset"
    ),
    "SequenceEnqueuer": Name(
        "minikeras.compat.enqueuers:SequenceEnqueuer", "model.fit of a keras.utils.PyDataset"
    ),
    "ask_to_proceed_with_overwrite": Name(
        "minikeras.compat.conveniences:ask_to_proceed_with_overwrite", "input"
    ),
    "categorical_probas_to_classes": Name(
        "minikeras.compat.conveniences:categorical_probas_to_classes", "np.argmax(p, axis=1)"
    ),
    "conv_input_length": Name(
        "minikeras.compat.conveniences:conv_input_length", "layer.compute_output_shape"
    ),
    "conv_output_length": Name(
        "minikeras.compat.conveniences:conv_output_length", "layer.compute_output_shape"
    ),
    "convert_all_kernels_in_model": Name(
        "minikeras.compat.conveniences:convert_all_kernels_in_model", "np.flip of the kernels' spatial axes"
    ),
    "convert_kernel": Name("minikeras.compat.conveniences:convert_kernel", "np.flip(kernel, (0, 1))"),
    "count_params": Name("minikeras.compat.conveniences:count_params", "model.count_params()"),
    "deconv_length": Name("minikeras.compat.conveniences:deconv_length", "layer.compute_output_shape"),
    "deconv_output_length": Name(
        "minikeras.compat.conveniences:deconv_output_length", "layer.compute_output_shape"
    ),
    "has_arg": Name("minikeras.compat.conveniences:has_arg", "inspect.signature"),
    "is_all_none": Name("minikeras.compat.conveniences:is_all_none", "all(x is None for x in ...)"),
    "normalize_data_format": Name(
        "minikeras.compat.conveniences:normalize_data_format", "keras.config.image_data_format"
    ),
    "normalize_padding": Name("minikeras.compat.conveniences:normalize_padding", "padding.lower()"),
    "normalize_tuple": Name("minikeras.compat.conveniences:normalize_tuple", "(value,) * n"),
    "object_list_uid": Name("minikeras.compat.conveniences:object_list_uid", "id"),
    "plot": Name("minikeras.compat.conveniences:plot", "keras.utils.plot_model"),
    "print_summary": Name("minikeras.compat.conveniences:print_summary", "model.summary()"),
    "probas_to_classes": Name("minikeras.compat.conveniences:probas_to_classes", "np.argmax(p, axis=1)"),
    "slice_arrays": Name("minikeras.compat.conveniences:slice_arrays", "array[start:stop]"),
    "to_list": Name("minikeras.compat.conveniences:to_list", "[x]"),
    "unpack_singleton": Name("minikeras.compat.conveniences:unpack_singleton", "x[0]"),
}
