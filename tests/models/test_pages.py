"""Models and histories in notebooks: HTML in which nothing of theirs is markup."""

import html.parser

import numpy as np

import minikeras as keras
from minikeras import layers


class Reader(html.parser.HTMLParser):
    """Takes a page apart: its texts, its tags, and whether every tag is closed."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.tags, self.open = [], [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag not in ("path", "circle"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("path", "circle"):
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_a_model_as_a_table():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="first"), layers.Dense(2)], name="net")
    page = Reader(model._repr_html_())
    assert page.texts[:7] == [
        "net",
        " ",
        "Sequential",
        "Layer (type)",
        "Output Shape",
        "Param #",
        "first (Dense)",
    ]
    assert page.texts[7:9] == ["(None, 3)", "15"]
    assert page.texts[-1].startswith("Total params: 23 (92.00 B) · Trainable params: 23")
    assert page.tags.count("tr") == 3


def test_names_are_escaped():
    bad = "<script>alert(1)</script>"
    inputs = keras.Input((4,), name="<img src=x>")
    model = keras.Model(inputs, layers.Dense(3, name=bad)(inputs), name='"><b>')
    page = model._repr_html_()
    assert "<script" not in page
    assert "<img" not in page
    assert f"{bad} (Dense)" in Reader(page).texts
    history = keras.callbacks.History()
    history.history = {bad: [1.0, 2.0], "x": [bad, bad]}
    assert "<script" not in history._repr_html_()


def test_models_of_all_stages():
    """Not built, subclassed, with many layers."""
    assert "0 (unbuilt)" in keras.Sequential([layers.Dense(2)])._repr_html_()
    long = keras.Sequential([keras.Input((1,)), *[layers.ReLU() for _ in range(230)]])
    assert "and 30 more layers" in long._repr_html_()

    class Own(keras.Model):
        def call(self, x):
            return x

    Reader(Own()._repr_html_())


def test_a_history_with_its_curves():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(np.ones((8, 2)), np.ones(8), epochs=4, validation_split=0.5, verbose=0)
    page = Reader(history._repr_html_())
    assert page.tags.count("path") == 2
    assert page.texts[:3] == ["History", " ", "4 epochs"]
    values = history.history["loss"]
    at = page.texts.index("loss")
    assert page.texts[at + 1 : at + 3] == [f"{values[0]:.4g}", f"{values[-1]:.4g}"]


def test_a_history_with_gaps_and_other_values():
    history = keras.callbacks.History()
    history.history = {"loss": [1.0, float("nan"), 3.0, 2.0], "none": [float("nan")], "texts": ["a", "b"]}
    page = history._repr_html_()
    assert page.count("M") >= 2  # the curve begins anew after the gap
    Reader(page)
    assert Reader(keras.callbacks.History()._repr_html_()).texts[2] == "0 epochs"


def test_layer_range_of_a_summary():
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, name="one"),
            layers.ReLU(name="two"),
            layers.Dense(2, name="three"),
        ]
    )
    lines = []
    model.summary(print_fn=lines.append, layer_range=["two", "t.*"])
    text = "\n".join(map(str, lines))
    assert "two (ReLU)" in text
    assert "three (Dense)" in text
    assert "one (Dense)" not in text
