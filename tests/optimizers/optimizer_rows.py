"""One row for each optimizer class: arguments other than the defaults, and the state of a (2, 3) and a (3,) variable.

state: the shapes of the optimizer's variables in the order of real Keras's files, after iterations and learning rate.
"""

SGD = {"kwargs": {"momentum": 0.9, "nesterov": True}, "state": [(2, 3), (3,)]}
Adam = {
    "kwargs": {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3, "amsgrad": True},
    "state": [(2, 3), (2, 3), (3,), (3,), (2, 3), (3,)],
}
AdamW = {"kwargs": {"weight_decay": 0.1, "beta_1": 0.8}, "state": [(2, 3), (2, 3), (3,), (3,)]}
Adagrad = {"kwargs": {"initial_accumulator_value": 0.3, "epsilon": 1e-3}, "state": [(2, 3), (3,)]}
Adadelta = {"kwargs": {"rho": 0.7, "epsilon": 1e-2}, "state": [(2, 3), (2, 3), (3,), (3,)]}
RMSprop = {
    "kwargs": {"rho": 0.7, "momentum": 0.5, "epsilon": 1e-3, "centered": True},
    "state": [(2, 3), (3,), (2, 3), (3,), (2, 3), (3,)],
}
Adamax = {"kwargs": {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}, "state": [(2, 3), (2, 3), (3,), (3,)]}
Nadam = {"kwargs": {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}, "state": [(2, 3), (2, 3), (3,), (3,), ()]}
Ftrl = {
    "kwargs": {
        "learning_rate_power": -0.6,
        "initial_accumulator_value": 0.2,
        "l1_regularization_strength": 0.01,
        "l2_regularization_strength": 0.02,
        "l2_shrinkage_regularization_strength": 0.03,
        "beta": 0.1,
    },
    "state": [(2, 3), (2, 3), (3,), (3,)],
}
Lion = {"kwargs": {"beta_1": 0.8, "beta_2": 0.9}, "state": [(2, 3), (3,)]}
Lamb = {"kwargs": {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}, "state": [(2, 3), (2, 3), (3,), (3,)]}
Adafactor = {
    "kwargs": {
        "beta_2_decay": -0.6,
        "epsilon_1": 1e-20,
        "epsilon_2": 1e-2,
        "clip_threshold": 0.8,
        "relative_step": False,
    },
    "state": [(2,), (3,), (2, 3), (), (), (3,)],
}
Muon = {
    "kwargs": {
        "adam_beta_1": 0.8,
        "adam_beta_2": 0.9,
        "adam_weight_decay": 0.01,
        "epsilon": 1e-3,
        "exclude_layers": ["logits"],
        "exclude_embeddings": False,
        "muon_a": 3.0,
        "muon_b": -4.0,
        "muon_c": 2.0,
        "adam_lr_ratio": 0.5,
        "momentum": 0.9,
        "ns_steps": 4,
        "nesterov": False,
        "rms_rate": 0.3,
    },
    "state": [(2, 3), (3,), (3,)],
}
ScheduleFreeAdamW = {
    "kwargs": {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3, "warmup_steps": 3},
    "state": [(2, 3), (2, 3), (3,), (3,)],
}

ROWS = {name: row for name, row in vars().items() if isinstance(row, dict) and "state" in row}

# Optimizers around other optimizers, which test_wrappers.py looks at.
WRAPPERS = ("LossScaleOptimizer", "MultiOptimizer")
