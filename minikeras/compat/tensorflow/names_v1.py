"""Which names TensorFlow 1 had, and where each lives here; which are told to be older; what does not exist: data alone."""

_CHECKS = """
assert_equal assert_none_equal assert_less assert_less_equal assert_greater assert_greater_equal assert_near
assert_positive assert_negative assert_non_negative assert_non_positive assert_type assert_scalar check_numerics
"""
_LOGGING = """
set_verbosity=set_log_verbosity get_verbosity=get_log_verbosity info=log warn=log_warning warning=log_warning error=log_error
debug=log_debug log fatal=log_error DEBUG INFO WARN ERROR FATAL
"""

# Further names of the modules in `names`, and further modules.
NAMES = {
    "": {
        ".sessions": """Session InteractiveSession ConfigProto=Settings GPUOptions=Settings OptimizerOptions GraphOptions=Settings
            RunOptions RunMetadata=Settings placeholder placeholder_with_default variable_scope get_variable_scope
            get_variable VariableScope AUTO_REUSE GraphKeys global_variables trainable_variables local_variables
            all_variables=global_variables get_collection add_to_collection variables_initializer
            initialize_variables=variables_initializer global_variables_initializer
            initialize_all_variables=global_variables_initializer local_variables_initializer=nothing_to_initialize
            initialize_local_variables=nothing_to_initialize tables_initializer=nothing_to_initialize
            is_variable_initialized report_uninitialized_variables assign assign_add assign_sub reset_default_graph
            get_default_graph get_default_session disable_eager_execution disable_v2_behavior=disable_eager_execution
            enable_eager_execution enable_v2_behavior=enable_eager_execution""",
        ".machine": """enable_resource_variables=nothing disable_resource_variables=nothing
            disable_v2_tensorshape=nothing enable_v2_tensorshape=nothing disable_control_flow_v2=nothing
            enable_control_flow_v2=nothing disable_tensor_equality=nothing enable_tensor_equality=nothing""",
        ".arithmetic": """log ceil conj erf erfc lgamma digamma lbeta log1p expm1 imag real angle reciprocal rsqrt rint cumprod
            floor_div=floordiv floordiv floormod mod=floormod div realdiv=divide mul=multiply sub=subtract neg=negative
            squared_difference is_nan is_inf is_finite log_sigmoid logical_xor accumulate_n polyval global_norm""",
        ".reductions": """count_nonzero confusion_matrix bincount segment_sum segment_max segment_min segment_prod segment_mean
            unsorted_segment_sum unsorted_segment_max unsorted_segment_min arg_max=argmax arg_min=argmin""",
        ".basics": "complex=complex_",
        ".casts": "to_float to_double to_int32 to_int64",
        ".arrays": """pack=stack unpack=unstack space_to_depth depth_to_space""",
        ".indexing": "invert_permutation select=where",
        ".matrices": """batch_matmul=matmul matrix_inverse=inv matrix_determinant=det matrix_solve=solve matrix_transpose
            matrix_diag=diag diag=tensor_diag matrix_band_part=band_part cholesky qr svd self_adjoint_eig=eigh trace cross
            matrix_triangular_solve=triangular_solve""",
        ".randomness": """random_normal=normal random_uniform=uniform truncated_normal random_shuffle=shuffle multinomial=categorical
            random_crop set_random_seed=set_seed random_gamma=gamma random_poisson=poisson""",
        ".control": "py_func=numpy_function Print=print_values op_scope=name_scope",
        ".signals": "fft ifft fft2d ifft2d",
        ".storage": "read_file write_file",
        ".text": "decode_raw decode_csv string_to_number=to_number as_string regex_replace substr",
        ".flags": "flags=.",
        ".checks": _CHECKS,
        ".shapes": "Dimension",
        "minikeras.initializers": "glorot_uniform_initializer=GlorotUniform glorot_normal_initializer=GlorotNormal",
        ".initial": """truncated_normal_initializer random_normal_initializer random_uniform_initializer constant_initializer
            zeros_initializer ones_initializer variance_scaling_initializer orthogonal_initializer""",
    },
    "nn": {
        ".neural": """softmax_cross_entropy_with_logits_v2=softmax_cross_entropy_with_logits fused_batch_norm relu_layer xw_plus_b
            sigmoid""",
        ".convolutions": "depthwise_conv2d_native=depthwise_conv2d",
    },
    "layers": {
        ".layers_v1": """dense conv1d conv2d conv3d conv2d_transpose separable_conv2d max_pooling1d max_pooling2d max_pooling3d
            average_pooling1d average_pooling2d average_pooling3d flatten dropout batch_normalization""",
    },
    "losses": {
        ".losses_v1": """Reduction compute_weighted_loss softmax_cross_entropy sparse_softmax_cross_entropy sigmoid_cross_entropy
            mean_squared_error absolute_difference huber_loss log_loss hinge_loss add_loss get_losses
            get_regularization_losses get_regularization_loss get_total_loss""",
    },
    "metrics": {".metrics_v1": "accuracy mean precision recall"},
    "train": {
        ".trainers": """Optimizer GradientDescentOptimizer MomentumOptimizer AdamOptimizer RMSPropOptimizer AdagradOptimizer
            AdadeltaOptimizer FtrlOptimizer get_global_step create_global_step get_or_create_global_step global_step
            exponential_decay natural_exp_decay inverse_time_decay piecewise_constant polynomial_decay cosine_decay""",
        ".checkpoints": "Saver checkpoint_exists",
        ".sessions": "Coordinator start_queue_runners MonitoredTrainingSession=Session MonitoredSession=Session",
        ".summaries": "SummaryWriter=FileWriter",
    },
    "summary": {
        ".summaries": "merge_all merge FileWriter FileWriterCache=FileWriter",
        ".sessions": "Summary=Settings",
    },
    "image": {
        ".images": """resize_images resize_image_with_crop_or_pad=resize_with_crop_or_pad
            resize_image_with_pad=resize_with_pad""",
        ".storage": "decode_image",
    },
    "linalg": {".matrices": "transpose=matrix_transpose"},
    "random": {
        ".randomness": """set_random_seed=set_seed random_normal=normal random_uniform=uniform random_shuffle=shuffle
            multinomial=categorical"""
    },
    "gfile": {
        ".storage": """GFile Open=GFile FastGFile=GFile Exists=exists IsDirectory=isdir MakeDirs=makedirs MkDir=mkdir
            ListDirectory=listdir Glob=glob Remove=remove DeleteRecursively=rmtree Rename=rename Copy=copy Stat=stat
            Walk=walk"""
    },
    "logging": {".machine": _LOGGING},
    "app": {".flags": "run flags=."},
    "compat": {
        ".casts": "as_bytes as_str as_text as_str_any=as_text path_to_str",
    },
    "compat.v1": {},
    "compat.v1.train": {},
    "compat.v1.nn": {},
    "compat.v1.layers": {},
    "compat.v1.losses": {},
    "compat.v1.metrics": {},
    "compat.v1.logging": {},
    "compat.v1.random": {},
    "compat.v1.math": {},
    "compat.v1.image": {},
    "compat.v1.summary": {},
    "compat.v1.data": {".datasets.more": "make_one_shot_iterator make_initializable_iterator"},
    "compat.v1.gfile": {},
    "compat.v1.app": {},
    "compat.v1.io": {},
    "compat.v1.io.gfile": {},
    "compat.v1.config": {},
    "compat.v1.config.experimental": {},
    "compat.v1.test": {},
    "compat.v1.debugging": {},
    "compat.v1.strings": {},
    "compat.v1.linalg": {},
    "compat.v1.distribute": {},
}

# Names of TensorFlow 1 at its top level and what is written today: told once each.
OLDER = {
    "Session": "t.numpy()",
    "InteractiveSession": "t.numpy()",
    "placeholder": "a function with arguments",
    "global_variables_initializer": "tf.Variable alone",
    "initialize_all_variables": "tf.Variable alone",
    "get_variable": "tf.Variable",
    "assign": "variable.assign",
    "assign_add": "variable.assign_add",
    "assign_sub": "variable.assign_sub",
    "log": "tf.math.log",
    "ceil": "tf.math.ceil",
    "rsqrt": "tf.math.rsqrt",
    "div": "tf.math.divide",
    "mul": "tf.multiply",
    "sub": "tf.subtract",
    "neg": "tf.negative",
    "pack": "tf.stack",
    "unpack": "tf.unstack",
    "select": "tf.where",
    "batch_matmul": "tf.matmul",
    "arg_max": "tf.argmax",
    "arg_min": "tf.argmin",
    "count_nonzero": "tf.math.count_nonzero",
    "confusion_matrix": "tf.math.confusion_matrix",
    "matrix_inverse": "tf.linalg.inv",
    "matrix_determinant": "tf.linalg.det",
    "matrix_solve": "tf.linalg.solve",
    "random_normal": "tf.random.normal",
    "random_uniform": "tf.random.uniform",
    "truncated_normal": "tf.random.truncated_normal",
    "random_shuffle": "tf.random.shuffle",
    "random_crop": "tf.image.random_crop",
    "multinomial": "tf.random.categorical",
    "set_random_seed": "tf.random.set_seed",
    "to_float": "tf.cast(x, tf.float32)",
    "to_double": "tf.cast(x, tf.float64)",
    "to_int32": "tf.cast(x, tf.int32)",
    "to_int64": "tf.cast(x, tf.int64)",
    "py_func": "tf.numpy_function",
    "layers": "tf.keras.layers",
    "logging": "tf.get_logger()",
    "gfile": "tf.io.gfile",
    "app": "argparse",
    "flags": "argparse",
    "read_file": "tf.io.read_file",
    "ConfigProto": "tf.config",
    "GPUOptions": "tf.config",
}

_LAYERS = "Use tf.keras.layers."
_FIT = "Use tf.keras.Model with fit, evaluate and predict."
_EXPORT = "Use model.save('name.keras'), or model.export('name.onnx') for other programs."
_RECORDS = "Keep arrays in .npz files and use tf.data.Dataset.from_tensor_slices or from_generator."
_CELLS = "Use tf.keras.layers.LSTM, GRU or RNN with LSTMCell, GRUCell, SimpleRNNCell."
_SPARSE = "Use a dense tensor; tf.keras.utils.pad_sequences fills up rows of different lengths."
_GPU = "minikeras computes on the CPU; tf.distribute.MirroredStrategy() is accepted."

# What does not exist, and the nearest thing that does.
REFUSED = {
    "": {
        "contrib": "Use tf.keras.layers for contrib.layers, contrib.rnn and contrib.slim, tf.keras.Model for contrib.learn, "
        "tf.keras.initializers for contrib.layers.xavier_initializer.",
        "estimator": _FIT,
        "feature_column": "Use the preprocessing layers: tf.keras.layers.Normalization, CategoryEncoding, StringLookup, "
        "Hashing, Discretization.",
        "saved_model": _EXPORT,
        "lite": "Use model.export('name.onnx') and a runtime for ONNX.",
        "tpu": _GPU,
        "xla": "tf.function(jit_compile=True) is accepted and changes nothing.",
        "SparseTensor": _SPARSE,
        "sparse": _SPARSE,
        "sparse_placeholder": _SPARSE,
        "sparse_to_dense": "Use tf.scatter_nd.",
        "bfloat16": "Use tf.float16 or tf.float32.",
        "IndexedSlices": "Gradients are dense tensors here.",
        "hessians": "Take tape.jacobian of tape.gradient, with two nested tf.GradientTape.",
        "raw_ops": "Use the public functions: tf.nn, tf.math, tf.linalg.",
        "while_v2": "Use tf.while_loop.",
        "python_io": _RECORDS,
        "TFRecordReader": _RECORDS,
        "FIFOQueue": "Use tf.data.Dataset.",
        "RandomShuffleQueue": "Use tf.data.Dataset.shuffle.",
        "graph_util": _EXPORT,
        "import_graph_def": _EXPORT,
        "GraphDef": _EXPORT,
        "load_op_library": "Write the operation with NumPy and tf.numpy_function, or minikeras.autodiff.differentiable.",
        "quantization": "Use tf.float16 to save memory.",
        "mlir": "There is no compiler here.",
        "profiler": "Use tf.keras.callbacks.TensorBoard or Python's cProfile.",
        "audio": "Read sound with Python's wave module or scipy.io.wavfile.",
        "metrics_v1": "Use tf.keras.metrics.",
        "edit_distance": "Use tf.keras.ops.ctc_decode for decoding; compute distances in Python.",
        "CriticalSection": "Everything runs in one thread.",
        "python": "Use the public modules: tf.keras, tf.nn, tf.data.",
    },
    "metrics": {},
    "nn": {
        "rnn_cell": _CELLS,
        "dynamic_rnn": _CELLS,
        "static_rnn": _CELLS,
        "bidirectional_dynamic_rnn": "Use tf.keras.layers.Bidirectional.",
        "rnn": _CELLS,
        "raw_rnn": _CELLS,
        "ctc_beam_search_decoder": "Use tf.keras.ops.ctc_decode(strategy='beam_search').",
        "ctc_greedy_decoder": "Use tf.keras.ops.ctc_decode.",
        "fractional_max_pool": "Use tf.nn.max_pool2d.",
        "max_pool_with_argmax": "Use tf.nn.max_pool2d.",
        "conv3d_transpose": "Use tf.keras.layers.Conv3DTranspose.",
        "erosion2d": "Use -tf.nn.max_pool2d(-x, ...).",
        "dilation2d": "Use tf.nn.max_pool2d.",
        "embedding_lookup_sparse": "Use tf.nn.embedding_lookup and tf.reduce_sum.",
        "convolution_transpose": "Use tf.nn.conv2d_transpose.",
    },
    "data": {
        "TFRecordDataset": _RECORDS,
        "FixedLengthRecordDataset": "Read the file with numpy.fromfile and use tf.data.Dataset.from_tensor_slices.",
        "Reader": "Use tf.data.Dataset.",
    },
    "data.experimental": {
        "make_csv_dataset": "Read the file with numpy.genfromtxt or pandas and use tf.data.Dataset.from_tensor_slices.",
        "CsvDataset": "Read the file with numpy.genfromtxt or pandas and use tf.data.Dataset.from_tensor_slices.",
        "save": "Keep arrays in .npz files: numpy.savez.",
        "load": "Keep arrays in .npz files: numpy.load.",
        "rejection_resample": "Use sample_from_datasets with weights.",
        "TFRecordWriter": _RECORDS,
    },
    "io": {
        "TFRecordWriter": _RECORDS,
        "parse_single_example": _RECORDS,
        "parse_example": _RECORDS,
        "FixedLenFeature": _RECORDS,
        "VarLenFeature": _RECORDS,
        "serialize_tensor": "Use numpy.save.",
        "parse_tensor": "Use numpy.load.",
        "write_graph": _EXPORT,
    },
    "train": {
        "Example": _RECORDS,
        "Feature": _RECORDS,
        "Features": _RECORDS,
        "BytesList": _RECORDS,
        "FloatList": _RECORDS,
        "Int64List": _RECORDS,
        "import_meta_graph": "Build the graph again in Python and use Saver.restore.",
        "write_graph": _EXPORT,
        "string_input_producer": "Use tf.data.Dataset.from_tensor_slices.",
        "batch": "Use tf.data.Dataset.batch.",
        "shuffle_batch": "Use tf.data.Dataset.shuffle and batch.",
        "slice_input_producer": "Use tf.data.Dataset.from_tensor_slices.",
        "Server": _GPU,
        "ClusterSpec": _GPU,
        "replica_device_setter": _GPU,
        "SyncReplicasOptimizer": _GPU,
        "ProximalGradientDescentOptimizer": "Use FtrlOptimizer.",
        "list_variables": "Use numpy.load(path + '.npz').",
        "load_variable": "Use numpy.load(path + '.npz').",
        "load_checkpoint": "Use numpy.load(path + '.npz').",
    },
    "layers": {
        "Dense": _LAYERS, "Conv2D": _LAYERS, "Flatten": _LAYERS, "Dropout": _LAYERS, "Layer": _LAYERS,
        "BatchNormalization": _LAYERS,
    },
    "distribute": {
        "TPUStrategy": _GPU,
        "cluster_resolver": _GPU,
        "ParameterServerStrategy": _GPU,
        "experimental_set_strategy": _GPU,
    },
    "distribute.experimental": {
        "TPUStrategy": _GPU,
        "ParameterServerStrategy": _GPU,
    },
    "config": {"experimental_connect_to_cluster": _GPU, "experimental_functions_run_eagerly": "Use functions_run_eagerly."},
    "debugging": {
        "enable_check_numerics": "Use model.compile with the callback tf.keras.callbacks.TerminateOnNaN(), which names the "
        "layer and the batch of the first NaN, or tf.debugging.check_numerics on a tensor.",
        "experimental": "Use tf.keras.callbacks.TensorBoard.",
    },
    "random": {
        "learned_unigram_candidate_sampler": "Use tf.random.uniform.",
        "log_uniform_candidate_sampler": "Use tf.random.uniform.",
        "uniform_candidate_sampler": "Use tf.random.uniform.",
        "fixed_unigram_candidate_sampler": "Use tf.random.categorical.",
        "Algorithm": "Leave alg out: there is one.",
        "create_rng_state": "Use tf.random.Generator.from_seed.",
    },
    "experimental": {
        "numpy": "Use numpy, or tf.keras.ops, which computes gradients too.",
        "dlpack": "Use tensor.numpy().",
        "tensorrt": "Use model.export('name.onnx').",
        "Optional": "Use None.",
    },
    "image": {
        "non_max_suppression": "Write the loop with NumPy: boxes by score, those overlapping one kept left out.",
        "combined_non_max_suppression": "Write the loop with NumPy.",
        "draw_bounding_boxes": "Use matplotlib.patches.Rectangle.",
        "sample_distorted_bounding_box": "Use tf.image.random_crop.",
        "random_jpeg_quality": "Use tf.image.random_brightness or random_contrast.",
        "adjust_jpeg_quality": "Use tf.io.encode_jpeg(quality=...) and tf.io.decode_jpeg.",
        "generate_bounding_box_proposals": "Write the loop with NumPy.",
        "ssim_multiscale": "Use tf.image.ssim.",
        "yiq_to_rgb": "Use tf.image.hsv_to_rgb.",
        "rgb_to_yiq": "Use tf.image.rgb_to_hsv.",
    },
    "lookup": {"TextFileInitializer": "Read the file and use KeyValueTensorInitializer, or tf.keras.layers.StringLookup."},
    "sysconfig": {
        "get_include": "There are no headers.",
        "get_compile_flags": "There are no headers.",
        "get_lib": "There is no library to link.",
        "get_link_flags": "There is no library to link.",
    },
    "strings": {
        "ngrams": "Use tf.keras.layers.TextVectorization(ngrams=...).",
        "format": "Use Python's f-strings.",
        "unicode_encode": "Use Python's str.encode.",
        "unicode_transcode": "Use Python's str.encode and bytes.decode.",
    },
}  # fmt: skip

# Where a name is looked for that a module does not have itself.
FALLBACKS = {"losses": ("minikeras.losses",), "metrics": ("minikeras.metrics",)}
