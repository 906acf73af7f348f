"""`minikeras run`: everything a program can see is as Python would have it, as real processes."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from compat_processes import both, run, start

LOOK = """
import os, sys
own = globals().get
print(__name__, own("__file__"), sys.argv, sys.path[0], __spec__, __package__, __doc__, sys.modules["__main__"].__dict__ is globals())
print(type(__loader__).__name__, getattr(__loader__, "__name__", ""), __builtins__.__name__, own("__cached__"), sorted(n for n in globals() if n[0] != "_"))
"""


def test_a_script_sees_what_python_shows_it(tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "look.py").write_text(LOOK)
    ours, python = both("below/look.py", "--epochs", "3", "-m", cwd=tmp_path)
    assert ours.stdout == python.stdout
    assert (ours.returncode, ours.stderr) == (0, "")


@pytest.mark.parametrize(
    "arguments", [["-c", LOOK, "a", "-b"], ["-", "a"], ["-m", "package.inside", "a"], ["-m", "package", "a"]]
)
def test_other_ways_to_name_a_program(tmp_path, arguments):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    look = LOOK.replace("__spec__", "__spec__.name").replace("__cached__", "__doc__")
    (tmp_path / "package" / "inside.py").write_text(look)
    (tmp_path / "package" / "__main__.py").write_text(look)
    ours, python = both(*arguments, cwd=tmp_path, stdin=LOOK)
    assert (ours.returncode, ours.stderr) == (0, "")
    assert ours.stdout == python.stdout


def test_a_folder_with_a_main_file(tmp_path):
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "__main__.py").write_text("import sys, helper; print(helper.value, sys.argv)")
    (tmp_path / "program" / "helper.py").write_text("value = 5")
    ours, python = both("program", "x", cwd=tmp_path)
    assert (ours.stdout, ours.stderr) == (python.stdout, "")


ENDS = """
import atexit, sys, threading, time
atexit.register(print, "last words")
threading.Thread(target=lambda: (time.sleep(0.1), print("thread"))).start()
print("first")
"""


@pytest.mark.parametrize(
    "last_line",
    [
        "sys.exit(3)",
        "sys.exit('message')",
        "sys.exit()",
        "raise SystemExit(False)",
        "1 / 0",
        "raise KeyboardInterrupt",
        "raise ValueError('why') from KeyError(3)",
        "sys.excepthook = lambda *error: print('hooked', error[1])\nraise ValueError('why')",
        "sys.excepthook = None\nraise ValueError('why')",
        "f = open('nowhere')",
        "import nothing_of_that_name",
        "class Odd(Exception):\n    def __str__(self): 1 / 0\nraise Odd",
        "exec('x = (')",
        "x = (",
        "import os; os._exit(7)",
    ],
)
def test_the_end_is_as_pythons(tmp_path, last_line):
    (tmp_path / "ends.py").write_text(ENDS + last_line + "\n")
    ours, python = both("ends.py", cwd=tmp_path)
    assert ours.returncode == python.returncode
    assert ours.stdout == python.stdout
    if "excepthook = None" in last_line:  # Python says so in other words
        assert "ValueError: why" in ours.stderr
    else:
        assert ours.stderr == python.stderr


def test_a_missing_script_is_named(tmp_path):
    done = run("absent.py", cwd=tmp_path)
    assert done.returncode == 2
    assert (
        done.stderr
        == f"minikeras run: can't open file '{tmp_path}/absent.py': [Errno 2] No such file or directory\n"
    )
    assert run(cwd=tmp_path).returncode == 2
    assert "No module named absent" in run("-m", "absent", cwd=tmp_path).stderr
    assert "argument expected for the -c option" in run("-c", cwd=tmp_path).stderr


def test_standard_input_is_the_programs(tmp_path):
    (tmp_path / "reads.py").write_text("import sys; print(sys.stdin.read().upper(), input.__name__)")
    assert run("reads.py", cwd=tmp_path, stdin="words").stdout == "WORDS input\n"


def test_interrupted_from_outside(tmp_path):
    """Ctrl-C ends the program as it ends Python: by the signal, which a shell reports as 130."""
    (tmp_path / "sleeps.py").write_text("import time\nprint('ready', flush=True)\ntime.sleep(60)\n")
    command = [sys.executable, "-m", "minikeras", "run", "sleeps.py"]
    environment = os.environ | {"PYTHONPATH": ":".join(p for p in sys.path if p)}
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    with process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert re.fullmatch(r'  File ".*/sleeps.py", line [23], in <module>', errors.splitlines()[1])
    assert errors.endswith("KeyboardInterrupt\n")


OLDER = """
import warnings
import keras
from keras.layers.core import Dense
from keras.layers import Activation
warnings.simplefilter("error")
for _ in range(2):
    keras.optimizers.SGD(lr=0.1)
print("done")
"""


def test_older_spellings_are_told_at_the_end(tmp_path):
    (tmp_path / "older.py").write_text(OLDER)
    done = run("older.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "done\n")
    assert done.stderr.splitlines() == [
        "minikeras: keras.layers.core is an older spelling: write keras.layers.",
        "minikeras: SGD(lr=...) is an older spelling: write SGD(learning_rate=...). (2 times)",
    ]


def test_they_are_told_after_a_failure_too_but_not_for_modern_programs(tmp_path):
    (tmp_path / "older.py").write_text(OLDER + "1 / 0\n")
    lines = run("older.py", cwd=tmp_path).stderr.splitlines()
    assert lines[-3] == "ZeroDivisionError: division by zero"
    assert lines[-1].startswith("minikeras: SGD(lr=...)")
    (tmp_path / "modern.py").write_text("import keras\nkeras.optimizers.SGD(learning_rate=0.1)\n")
    assert run("modern.py", cwd=tmp_path).stderr == ""


def test_warnings_of_the_program_are_its_own(tmp_path):
    (tmp_path / "warns.py").write_text("import keras, warnings\nwarnings.warn('mine', DeprecationWarning)\n")
    done = start(sys.executable, "-m", "minikeras", "run", "warns.py", cwd=tmp_path)
    assert f"{tmp_path}/warns.py:2: DeprecationWarning: mine" in done.stderr
    done = run("warns.py", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.endswith("DeprecationWarning: mine\n")


def test_an_error_that_is_meant_ends_in_the_users_line(tmp_path):
    (tmp_path / "wrong.py").write_text("import keras\nlayer = keras.layers.Dense(3)\nlayer(1, 2, 3, 4)\n")
    (tmp_path / "units.py").write_text(
        "import keras\n\n\ndef make():\n    return keras.layers.Dense(-1)\n\n\nmake()\n"
    )
    lines = [line for line in run("units.py", cwd=tmp_path).stderr.splitlines() if set(line) - set(" ^~")]
    assert lines == [
        "Traceback (most recent call last):",
        f'  File "{tmp_path}/units.py", line 8, in <module>',
        "    make()",
        f'  File "{tmp_path}/units.py", line 5, in make',
        "    return keras.layers.Dense(-1)",
        "ValueError: Dense 'dense': units must be a positive integer, received units=-1.",
    ]
    assert "minikeras/compat/runner.py" not in run("wrong.py", cwd=tmp_path).stderr


def test_frames_of_the_users_code_inside_the_library_stay(tmp_path):
    (tmp_path / "inner.py").write_text(
        "import keras, numpy as np\n"
        "class Mine(keras.callbacks.Callback):\n"
        "    def on_epoch_end(self, epoch, logs=None):\n"
        "        raise RuntimeError('stop here')\n"
        "model = keras.Sequential([keras.layers.Dense(1)])\n"
        "model.compile('sgd', 'mse')\n"
        "model.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0, callbacks=[Mine()])\n"
    )
    done = run("inner.py", cwd=tmp_path)
    assert "line 7, in <module>" in done.stderr
    assert "line 4, in on_epoch_end" in done.stderr
    assert "runner.py" not in done.stderr
    assert done.stderr.endswith("RuntimeError: stop here\n")


def test_spawned_processes_are_answered_too(tmp_path):
    pytest.importorskip("joblib")
    (tmp_path / "spawns.py").write_text(
        """
import multiprocessing, pickle
from joblib import Parallel, delayed
from tensorflow.keras.layers import Dense

class Mine:
    value = 3

def same(number):
    from keras.layers.core import Dense as Other
    return number, Other is Dense, __name__

if __name__ == "__main__":
    for method in ("spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(1) as pool:
            print(pool.map(same, [1, 2]))
    print(Parallel(n_jobs=2)(delayed(same)(i) for i in range(2)))
    print(pickle.loads(pickle.dumps(Mine())).value, pickle.dumps(Mine()).count(b"__main__"))
"""
    )
    done = start(sys.executable, "-m", "minikeras", "run", "spawns.py", cwd=tmp_path)
    assert done.stderr == ""
    first, second, third, last = done.stdout.splitlines()
    assert first == second == "[(1, True, '__mp_main__'), (2, True, '__mp_main__')]"
    assert third.count("True") == 2
    assert last == "3 1"


def test_installed_packages_of_those_names_are_hidden(tmp_path):
    for name in ("tensorflow", "keras"):
        (tmp_path / "site" / name).mkdir(parents=True)
        (tmp_path / "site" / name / "__init__.py").write_text("raise RuntimeError('the real one')")
    done = run(
        "-c",
        "import sys; sys.path.insert(1, 'site'); import keras; print(keras.layers.Dense.__module__)",
        cwd=tmp_path,
    )
    assert done.stdout.startswith("minikeras.")


def test_a_script_starts_at_once(tmp_path):
    """From the start of the process to the first line of the script; the best of several, as others compute too."""
    (tmp_path / "first.py").write_text("import time; print(time.time())")
    waits = []
    for _ in range(5):
        begin = time.time()
        waits.append(float(run("first.py", cwd=tmp_path).stdout) - begin)
    assert min(waits) < 0.25, waits
