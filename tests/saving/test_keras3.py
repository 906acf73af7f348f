"""Files of Keras 3 (keras3/README.md) train on as the training that wrote them did."""

from pathlib import Path

import numpy as np
import pytest

import minikeras as keras

FILES = Path(__file__).parent / "keras3"


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("name", ["shared-adam", "shared-rmsprop", "nested-adamw", "nested-sgd"])
def test_the_training_goes_on_as_in_keras(name, ending):
    model = keras.saving.load_model(FILES / f"{name}{ending}")
    assert int(model.optimizer.iterations) == 8
    with np.load(FILES / f"{name}.npz") as data:
        x = [data[key] for key in data if key.startswith("x_")]
        y, losses = data["y"], data["losses"]
        weights = [data[f"weight_{i}"] for i in range(len(model.weights))]
    history = model.fit(x if len(x) > 1 else x[0], y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    np.testing.assert_allclose(history.history["loss"], losses, rtol=2e-6)
    for mine, other in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)


def test_a_configuration_that_has_lost_its_optimizer():
    """As Keras writes it into a `.keras` file after it has written an `.h5` file of the same model."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile_from_config({"loss": "mean_squared_error", "metrics": ["mae"]})
    assert isinstance(model.optimizer, keras.optimizers.RMSprop)
    assert model.get_compile_config()["metrics"] == ["mae"]
