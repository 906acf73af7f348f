"""What files cost that ask for much and hold little: under 200 MB and one second of the processor, loaded or refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import costly_files
import pytest

import minikeras as keras

SCRIPT = Path(__file__).with_name("costs.py")
ROOT = Path(__file__).parents[2]
_MOST_MEGABYTES = 200
_MOST_SECONDS = 1.0

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="the peak of memory is read from /proc"
)


@pytest.fixture(scope="module")
def costs(tmp_path_factory):
    """{name: [outcome, MB, seconds]} of all costly files."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path_factory.mktemp("files"))],
        env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


@pytest.mark.parametrize("name", costly_files.LOADED)
def test_what_is_only_declared_costs_nothing(name, costs):
    outcome, megabytes, seconds = costs[name]
    assert outcome == "loaded"
    assert megabytes < _MOST_MEGABYTES
    assert seconds < _MOST_SECONDS


@pytest.mark.parametrize("name", costly_files.REFUSED)
def test_what_would_cost_much_is_refused_before_it_does(name, costs):
    outcome, megabytes, seconds = costs[name]
    assert outcome == "refused"
    assert megabytes < _MOST_MEGABYTES
    assert seconds < _MOST_SECONDS


@keras.saving.register_keras_serializable("Costs")
class Brighter(keras.layers.Layer):
    """A user's layer, whose output's shape is found by trying it."""

    def call(self, inputs):
        return keras.ops.concatenate([inputs * 1.1, inputs], axis=-1)


def test_layers_of_the_user_are_tried_on_large_images(tmp_path):
    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((512, 512, 8)), Brighter()]).save(path)
    assert keras.saving.load_model(path).output_shape == (None, 512, 512, 16)


def test_what_the_file_gives_no_value_is_initialized(tmp_path):
    """Initializers run for weights that are not in the file, once the others have theirs."""

    @keras.saving.register_keras_serializable("Costs")
    class Forgetful(keras.layers.Dense):
        def save_own_variables(self, store):
            store["0"] = self.kernel

        def load_own_variables(self, store):
            self.kernel.assign(store["0"])

    model = keras.Sequential([keras.Input((2,)), Forgetful(3, bias_initializer="ones")])
    model.layers[0].bias.assign([5.0, 6.0, 7.0])
    model.save(tmp_path / "model.keras")
    layer = keras.saving.load_model(tmp_path / "model.keras").layers[0]
    assert (layer.kernel.numpy() == model.layers[0].kernel.numpy()).all()
    assert layer.bias.numpy().tolist() == [1.0, 1.0, 1.0]


def test_a_text_may_not_ask_for_many_fresh_weights():
    text = keras.Sequential([keras.Input((4,)), keras.layers.Dense(5)]).to_json()
    wide = text.replace('"units": 5', '"units": 50000000')
    with pytest.raises(
        keras.saving.UnsafeFileError, match=r"beyond what a text may ask for.*model_from_config\("
    ):
        keras.models.model_from_json(wide)
    assert keras.models.model_from_json(text).count_params() == 25
