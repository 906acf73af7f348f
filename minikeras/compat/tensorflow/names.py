"""Which names TensorFlow 2 has in which of its modules, and where each lives here: data alone.

{module of TensorFlow: {module of the façade: 'name name=its name there ...'}}; `name=.` is the module itself.
"""

_ARITHMETIC = """
abs acos acosh add add_n angle asin asinh atan atan2 atanh ceil conj cos cosh cumsum cumprod divide equal erf exp expm1
floor floordiv greater greater_equal imag less less_equal lgamma log log1p logical_and logical_not logical_or
logical_xor maximum minimum mod=floormod floormod multiply negative not_equal pow real reciprocal round rsqrt sigmoid
sign sin sinh sqrt square squared_difference subtract tan tanh truediv=divide truncatediv truncatemod accumulate_n
approximate_equal bessel_i0 digamma divide_no_nan erfc erfinv is_finite is_inf is_nan lbeta log_sigmoid multiply_no_nan
nextafter polyval rint softplus softsign xlogy
"""
# Those of `tf.math` that also stand at the top level.
_ARITHMETIC_ABOVE = """
abs acos acosh add add_n asin asinh atan atan2 atanh clip_by_value clip_by_norm clip_by_global_norm cos cosh cumsum divide
equal exp floor greater greater_equal less less_equal logical_and logical_not logical_or maximum minimum multiply
negative not_equal pow round sigmoid sign sin sinh sqrt square subtract tan tanh truediv=divide truncatediv truncatemod
"""
_REDUCTIONS = "reduce_sum reduce_prod reduce_max reduce_min reduce_mean reduce_any reduce_all reduce_logsumexp argmax argmin"
_REDUCTIONS_OF_MATH = """
reduce_std reduce_variance reduce_euclidean_norm count_nonzero zero_fraction bincount confusion_matrix in_top_k
segment_sum segment_max segment_min segment_prod segment_mean unsorted_segment_sum unsorted_segment_max
unsorted_segment_min unsorted_segment_prod unsorted_segment_mean
"""
_LINALG = """
matmul matvec tensordot einsum norm normalize inv det logdet slogdet pinv solve triangular_solve lstsq cholesky
cholesky_solve qr svd eigh eigvalsh eig matrix_rank trace diag diag_part tensor_diag band_part cross expm
matrix_transpose global_norm
"""
_CHECKS = """
assert_equal assert_none_equal assert_less assert_less_equal assert_greater assert_greater_equal assert_near
assert_positive assert_negative assert_non_negative assert_non_positive assert_rank assert_shapes assert_type
assert_scalar check_numerics is_numeric_tensor Assert set_log_device_placement
"""
_DTYPES = """
DType as_dtype bool complex64 complex128 double float16 float32 float64 half int8 int16 int32 int64 string uint8 uint16
uint32 uint64
"""
_DECODING = """
read_file write_file matching_files decode_image decode_png decode_jpeg decode_bmp decode_gif encode_png encode_jpeg
encode_base64 decode_base64
"""
_RANDOM = """
set_seed normal uniform truncated_normal shuffle categorical gamma poisson stateless_normal stateless_uniform
stateless_truncated_normal stateless_categorical Generator get_global_generator
"""

NAMES = {
    "": {
        ".arithmetic": _ARITHMETIC_ABOVE,
        ".reductions": f"{_REDUCTIONS} histogram_fixed_width",
        ".dtype": _DTYPES,
        ".basics": """constant convert_to_tensor cast saturate_cast bitcast complex=complex_ identity stop_gradient shape
            size rank is_tensor get_static_value ensure_shape""",
        ".arrays": """zeros ones fill zeros_like ones_like eye range=range_ linspace meshgrid one_hot reshape expand_dims
            squeeze transpose concat stack unstack split tile repeat pad roll reverse broadcast_to
            broadcast_static_shape slice=slice_ strided_slice sequence_mask""",
        ".indexing": """gather gather_nd scatter_nd where boolean_mask dynamic_partition sort argsort unique
            unique_with_counts searchsorted tensor_scatter_nd_update tensor_scatter_nd_add tensor_scatter_nd_sub
            tensor_scatter_nd_max tensor_scatter_nd_min""",
        ".matrices": "matmul tensordot einsum norm",
        ".variables": "Variable=TensorFlowVariable",
        ".shapes": "TensorShape TensorSpec",
        ".tapes": "GradientTape UnconnectedGradients gradients",
        ".control": """function custom_gradient recompute_grad cond case switch_case while_loop map_fn vectorized_map scan
            foldl foldr py_function numpy_function device init_scope name_scope control_dependencies group tuple=tuple_
            no_op print=print_""",
        ".checks": "Assert assert_equal=assert_equal assert_less assert_greater assert_rank",
        ".containers": "Module TensorArray",
        ".ragged": "RaggedTensor ragged=.",
        ".graph": "Graph Operation",
        ".machine": "executing_eagerly get_logger timestamp",
        "minikeras": "keras=.",
        "minikeras.compat.tensorflow": "newaxis",
        ".errors": "errors=.",
        "minikeras.autodiff": "Tensor",
        "minikeras.initializers": "initializers=.",
        "minikeras.optimizers": "optimizers=.",
    },
    "math": {
        ".arithmetic": _ARITHMETIC,
        ".reductions": f"{_REDUCTIONS} {_REDUCTIONS_OF_MATH}",
        ".indexing": "top_k invert_permutation",
        ".neural": "l2_normalize softmax log_softmax",
    },
    "nn": {
        ".neural": """relu relu6 selu elu leaky_relu gelu silu swish crelu softplus softsign sigmoid tanh softmax log_softmax
            softmax_cross_entropy_with_logits sparse_softmax_cross_entropy_with_logits sigmoid_cross_entropy_with_logits
            weighted_cross_entropy_with_logits l2_loss log_poisson_loss compute_average_loss scale_regularization_loss
            moments normalize_moments l2_normalize batch_normalization local_response_normalization lrn bias_add dropout
            ctc_loss""",
        ".sampling": "nce_loss sampled_softmax_loss",
        ".convolutions": """conv1d conv2d conv3d convolution depthwise_conv2d separable_conv2d atrous_conv2d
            conv2d_transpose conv1d_transpose max_pool max_pool1d max_pool2d max_pool3d avg_pool avg_pool1d avg_pool2d
            avg_pool3d pool""",
        ".indexing": "embedding_lookup top_k",
        ".reductions": "in_top_k zero_fraction",
        ".arrays": "space_to_depth depth_to_space",
        ".arithmetic": "log_sigmoid",
    },
    "random": {".randomness": f"{_RANDOM} stateless_shuffle=stateless_shuffle"},
    "random.experimental": {
        ".randomness": "Generator get_global_generator stateless_shuffle stateless_split=split"
    },
    "linalg": {
        ".matrices": _LINALG,
        ".arrays": "eye",
        ".indexing": "set_diag=fill_diagonal",
        ".neural": "l2_normalize",
    },
    "signal": {
        ".signals": """fft ifft fft2d ifft2d rfft irfft frame stft hann_window hamming_window dct linear_to_mel_weight_matrix
            mfccs_from_log_mel_spectrograms"""
    },
    "image": {
        ".images": """ResizeMethod resize crop_to_bounding_box pad_to_bounding_box resize_with_crop_or_pad resize_with_pad
            central_crop crop_and_resize flip_left_right flip_up_down transpose rot90 convert_image_dtype
            adjust_brightness adjust_contrast adjust_gamma adjust_saturation adjust_hue rgb_to_hsv hsv_to_rgb
            rgb_to_grayscale grayscale_to_rgb per_image_standardization random_flip_left_right random_flip_up_down
            random_brightness random_hue random_contrast random_saturation stateless_random_flip_left_right
            stateless_random_flip_up_down stateless_random_brightness stateless_random_contrast
            stateless_random_saturation stateless_random_hue stateless_random_crop psnr ssim total_variation
            image_gradients sobel_edges extract_patches""",
        ".randomness": "random_crop",
        ".storage": "decode_image decode_png decode_jpeg decode_bmp decode_gif encode_png encode_jpeg",
    },
    "io": {".storage": _DECODING, ".text": "decode_raw decode_csv"},
    "io.gfile": {
        ".storage": "GFile exists isdir makedirs mkdir listdir glob remove rmtree rename copy stat walk join"
    },
    "strings": {
        ".text": """length lower upper strip split join reduce_join regex_replace regex_full_match substr to_number as_string
            unicode_split unicode_decode bytes_split to_hash_bucket_fast to_hash_bucket=to_hash_bucket_fast"""
    },
    "data": {
        ".datasets.dataset": "Dataset AUTOTUNE",
        ".datasets.iterators": "Options Iterator",
        ".datasets.more": "TextLineDataset INFINITE_CARDINALITY UNKNOWN_CARDINALITY",
    },
    "data.experimental": {
        ".datasets.dataset": "AUTOTUNE",
        ".datasets.iterators": "Optional AutoShardPolicy",
        ".datasets.more": """cardinality assert_cardinality sample_from_datasets choose_from_datasets Counter
            prefetch_to_device ignore_errors unbatch shuffle_and_repeat map_and_batch get_single_element copy_to_device
            get_structure INFINITE_CARDINALITY UNKNOWN_CARDINALITY""",
    },
    "config": {
        ".machine": """list_physical_devices list_logical_devices get_visible_devices set_visible_devices=nothing
            run_functions_eagerly functions_run_eagerly set_soft_device_placement=nothing
            get_soft_device_placement=functions_run_eagerly LogicalDeviceConfiguration
            set_logical_device_configuration=nothing"""
    },
    "config.experimental": {
        ".machine": """list_physical_devices list_logical_devices get_visible_devices set_visible_devices=nothing
            set_memory_growth=nothing get_memory_growth get_memory_info
            VirtualDeviceConfiguration=LogicalDeviceConfiguration set_virtual_device_configuration=nothing
            enable_op_determinism=nothing enable_tensor_float_32_execution=nothing set_synchronous_execution=nothing
            enable_mlir_graph_optimization=nothing"""
    },
    "config.optimizer": {
        ".machine": "set_jit=nothing set_experimental_options=nothing get_jit=get_memory_growth"
    },
    "config.threading": {
        ".machine": """set_intra_op_parallelism_threads get_intra_op_parallelism_threads
            set_inter_op_parallelism_threads=nothing get_inter_op_parallelism_threads"""
    },
    "test": {
        ".machine": """is_gpu_available is_built_with_cuda is_built_with_gpu_support=is_built_with_cuda gpu_device_name
            TestCase main=run_tests"""
    },
    "autograph": {
        ".machine": "set_verbosity=nothing trace=nothing",
        ".control": "to_graph=convert_autograph",
    },
    "autograph.experimental": {".control": "do_not_convert=identity_decorator"},
    "sysconfig": {".machine": "get_build_info"},
    "version": {"minikeras.compat.tensorflow": "VERSION"},
    "distribute": {
        ".machine": """Strategy MirroredStrategy=Strategy OneDeviceStrategy=Strategy MultiWorkerMirroredStrategy=Strategy
            ReduceOp get_strategy has_strategy get_replica_context InputContext"""
    },
    "distribute.experimental": {
        ".machine": "MultiWorkerMirroredStrategy=Strategy CentralStorageStrategy=Strategy"
    },
    "debugging": {".checks": _CHECKS},
    "dtypes": {".dtype": _DTYPES, ".basics": "cast saturate_cast complex=complex_"},
    "nest": {".nests": "flatten map_structure pack_sequence_as is_nested assert_same_structure"},
    "bitwise": {".arithmetic": "bitwise_and bitwise_or bitwise_xor left_shift right_shift"},
    "lookup": {".containers": "KeyValueTensorInitializer StaticHashTable StaticVocabularyTable"},
    "lookup.experimental": {".containers": "MutableHashTable"},
    "summary": {
        ".summaries": """create_file_writer create_noop_writer scalar histogram image text record_if should_record_summaries
            trace_on trace_export SummaryWriter=Writer"""
    },
    "summary.experimental": {".summaries": "set_step get_step"},
    "train": {
        ".checkpoints": "Checkpoint CheckpointManager latest_checkpoint get_checkpoint_state",
        ".trainers": "ExponentialMovingAverage",
    },
    "losses": {},
    "metrics": {},
    "types": {},
    "types.experimental": {"minikeras.autodiff": "TensorLike=Tensor Tensor"},
    "experimental": {},
}
