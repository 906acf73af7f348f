"""LossScaleOptimizer and MultiOptimizer, against what Keras 3.15.1 printed."""

import copy
import json

import numpy as np
import pytest

from minikeras import optimizers
from minikeras.autodiff import Variable

STEPS = [
    # gradients, then: variable, scale, counter, iterations
    ((8.0, 4.0), (0.9000009894371033, 1.9000012874603271), 8.0, 1, 1),
    ((8.0, np.inf), (0.9000009894371033, 1.9000012874603271), 4.0, 0, 1),
    ((8.0, -4.0), (0.8034839034080505, 1.9366111755371094), 4.0, 1, 2),
    ((1.0, 2.0), (0.7222358584403992, 1.9363502264022827), 8.0, 0, 3),
    ((16.0, 16.0), (0.6338862180709839, 1.8866668939590454), 8.0, 1, 4),
    ((np.nan, 0.0), (0.6338862180709839, 1.8866668939590454), 4.0, 0, 4),
    ((3.0, 3.0), (0.5482295751571655, 1.8300442695617676), 4.0, 1, 5),
]


def scaling():
    return optimizers.LossScaleOptimizer(optimizers.Adam(0.1), initial_scale=8.0, dynamic_growth_steps=2)


@pytest.mark.parametrize("in_place", [False, True], ids=["apply", "step_all"])
def test_loss_scale_follows_keras(in_place):
    optimizer, variable = scaling(), Variable([1.0, 2.0])
    assert optimizer.scale_loss(3.0) == 24.0
    for gradient, value, scale, counter, iterations in STEPS:
        gradient = np.array(gradient, "float32")
        if in_place:
            optimizer.destinations([variable])[id(variable)][...] = gradient
            optimizer.step_all([variable])
        else:
            optimizer.apply([gradient], [variable])
        np.testing.assert_allclose(variable.numpy(), value, rtol=1e-6)
        assert (float(optimizer.dynamic_scale), int(optimizer.step_counter)) == (scale, counter)
        assert int(optimizer.iterations) == iterations
    assert optimizer.scale_loss(3.0) == 12.0


def test_loss_scale_variables_and_learning_rate_are_the_inner_ones():
    optimizer = scaling()
    optimizer.build([Variable([1.0, 2.0])])
    assert [v.shape for v in optimizer.variables] == [(), (), (), (), (), (), (2,), (2,)]
    optimizer.learning_rate = 0.5
    assert float(optimizer.inner_optimizer.learning_rate) == 0.5
    assert float(optimizer.learning_rate) == 0.5


def test_loss_scale_resumes():
    variable, optimizer = Variable([1.0, 2.0]), scaling()
    for gradient, *_ in STEPS[:3]:
        optimizer.apply([np.array(gradient, "float32")], [variable])
    other, resumed = copy.deepcopy((optimizer, variable))
    assert other.inner_optimizer is not optimizer.inner_optimizer
    for gradient, *_ in STEPS[3:]:
        other.apply([np.array(gradient, "float32")], [resumed])
    np.testing.assert_allclose(resumed.numpy(), STEPS[-1][1], rtol=1e-6)
    assert float(optimizer.dynamic_scale) == 4.0


def test_loss_scale_configuration():
    optimizer = scaling()
    data = json.loads(json.dumps(optimizers.serialize(optimizer)))
    assert set(data["config"]) == {"name", "inner_optimizer", "initial_scale", "dynamic_growth_steps"}
    again = optimizers.deserialize(data)
    assert again.get_config() == optimizer.get_config()
    assert type(again.inner_optimizer) is optimizers.Adam
    # Files of older versions hold the base class's arguments, which must have no effect.
    again = optimizers.LossScaleOptimizer(optimizers.SGD(), dynamic=True, clipnorm=None, ema_momentum=0.99)
    assert again.initial_scale == 2.0**15


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dynamic": False}, "no dynamic=False"),
        ({"clipnorm": 1.0}, "does not support clipnorm. Set it on the inner_optimizer instead."),
        ({"speed": 1.0}, "does not support the argument 'speed'"),
    ],
)
def test_loss_scale_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        optimizers.LossScaleOptimizer(optimizers.SGD(), **arguments)


def test_wrappers_refuse_what_is_no_optimizer():
    with pytest.raises(TypeError, match="inner_optimizer must be an optimizer, received 'adam'"):
        optimizers.LossScaleOptimizer("adam")
    with pytest.raises(TypeError, match="default_optimizer must be an optimizer, received 'sgd'"):
        optimizers.OptimizerMap("sgd")
    with pytest.raises(TypeError, match="optimizer_map must be a dictionary"):
        optimizers.OptimizerMap(optimizers.SGD(), ["a"])
    with pytest.raises(ValueError, match="neither a LossScaleOptimizer nor a MultiOptimizer"):
        optimizers.MultiOptimizer(optimizers.OptimizerMap(scaling()))
    for wrapper in (scaling(), optimizers.MultiOptimizer(optimizers.OptimizerMap(optimizers.SGD()))):
        with pytest.raises(ValueError, match="needs the variables at its first call"):
            wrapper.apply([np.zeros(2, "float32")])


def several():
    chosen = optimizers.OptimizerMap(optimizers.SGD(0.5), {"enc.*": optimizers.Adam(0.1)})
    return optimizers.MultiOptimizer(chosen)


@pytest.mark.parametrize("in_place", [False, True], ids=["apply", "step_all"])
def test_multi_follows_keras(in_place):
    optimizer = several()
    encoder, head = Variable([1.0], name="encoder"), Variable([1.0], name="head")
    for step, (a, b) in enumerate([(0.9000008, 0.0), (0.8000019, -1.0)], 1):
        gradient = np.array([2.0], "float32")
        if in_place:
            for place in optimizer.destinations([encoder, head]).values():
                place[...] = gradient
            optimizer.step_all()
        else:
            optimizer.apply([gradient, gradient], [encoder, head])
        np.testing.assert_allclose([encoder.numpy()[0], head.numpy()[0]], [a, b], rtol=1e-6)
        assert int(optimizer.iterations) == step
    assert [v.shape for v in optimizer.variables] == [(), (), (), (), (1,), (1,), (), ()]


def test_multi_configuration_and_resumption():
    optimizer = several()
    encoder, head = Variable([1.0], name="encoder"), Variable([1.0], name="head")
    gradients = [np.ones(1, "float32")] * 2
    optimizer.apply(gradients, [encoder, head])
    again = optimizers.deserialize(json.loads(json.dumps(optimizers.serialize(optimizer))))
    assert again.get_config() == optimizer.get_config()
    other, *resumed = copy.deepcopy((optimizer, encoder, head))
    optimizer.apply(gradients, [encoder, head])
    other.apply(gradients, resumed)
    np.testing.assert_array_equal([v.numpy() for v in resumed], [encoder.numpy(), head.numpy()])


def test_multi_takes_a_function_and_shares_the_loss_scale():
    adam, sgd = optimizers.Adam(), optimizers.SGD()
    optimizer = optimizers.MultiOptimizer(lambda v: adam if v.name == "a" else sgd, loss_scale_factor=4.0)
    a, b = Variable([1.0], name="a"), Variable([1.0], name="b")
    optimizer.build([a, b])
    assert optimizer.optimizers == [adam, sgd]
    assert (adam.loss_scale_factor, optimizer.scale_loss(1.0)) == (4.0, 4.0)
    optimizer.apply([np.array([4.0], "float32")] * 2, [a, b])
    np.testing.assert_allclose(b.numpy(), [0.99], rtol=1e-6)
    for access in (lambda: optimizer.learning_rate, lambda: setattr(optimizer, "learning_rate", 1.0)):
        with pytest.raises(AttributeError, match="MultiOptimizer has no learning rate"):
            access()


def test_map_finds_by_path():
    adam, sgd, lion = optimizers.Adam(), optimizers.SGD(), optimizers.Lion()
    chosen = optimizers.OptimizerMap(sgd)
    chosen["encoder/0/kernel"] = lion
    chosen["encoder/.*"] = adam
    assert (chosen["encoder/0/kernel"], chosen["encoder/0/bias"], chosen["head"]) == (lion, adam, sgd)
    assert len(chosen) == 2
    assert list(chosen) == ["encoder/0/kernel", "encoder/.*"]
    with pytest.raises(ValueError, match="already exists"):
        chosen["encoder/.*"] = lion
    with pytest.raises(ValueError, match="a key must be a string, received 3"):
        chosen[3] = lion
    chosen["enc.*"] = sgd
    with pytest.raises(ValueError, match="Multiple optimizers assigned to variable encoder/1"):
        chosen["encoder/1"]
    del chosen["enc.*"]
    assert chosen["encoder/1"] is adam
