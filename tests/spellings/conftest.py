"""What the tests of older spellings share."""

import contextlib
import warnings

import pytest

from minikeras import spellings


@pytest.fixture
def one_warning():
    """A block in which exactly one older spelling is met, whose warning names `modern`, points here and is recorded."""

    @contextlib.contextmanager
    def block(modern):
        before = dict(spellings.translated)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
        texts = [str(one.message) for one in caught]
        assert len(texts) == 1, texts
        assert caught[0].category is DeprecationWarning
        assert modern in texts[0]
        assert caught[0].filename.endswith(".py")
        assert "/minikeras/" not in caught[0].filename
        told = [pair for pair, count in spellings.translated.items() if count > before.get(pair, 0)]
        assert len(told) == 1
        assert texts[0] == f"{told[0][0]} is an older spelling: write {told[0][1]}."

    return block
