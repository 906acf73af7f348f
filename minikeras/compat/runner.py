"""`minikeras run`: a program as Python would run it, with minikeras in the place of TensorFlow and Keras."""

import atexit
import builtins
import io
import os
import sys
from importlib.machinery import BuiltinImporter, SourceFileLoader
from types import ModuleType

from minikeras import spellings
from minikeras.compat.modules import install

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
USAGE = "minikeras run: expected a script. Try: minikeras run SCRIPT.py [ARGUMENTS], or minikeras run --help"


def run(arguments):
    """Run what the command line names; does not return unless the program ends normally.

    arguments: [SCRIPT, ...], [NOTEBOOK.ipynb, ...], ['-m', MODULE, ...], ['-c', CODE, ...] or ['-', ...].
    """
    if not arguments:
        print(USAGE, file=sys.stderr)
        sys.exit(2)
    first, *rest = arguments
    if first in ("-m", "-c") and not rest:
        print(f"minikeras run: argument expected for the {first} option", file=sys.stderr)
        sys.exit(2)
    answer()
    _report_at_the_end()
    if first == "-m":
        return _run_module(rest[0], rest[1:])
    if first == "-c":
        _prepare(["-c", *rest[1:]], "")
        return _execute(lambda: compile(rest[0], "<string>", "exec", dont_inherit=True), _main())
    if first == "-":
        main = _main(__file__="<stdin>")
        _prepare(arguments, "")
        return _execute(lambda: compile(sys.stdin.read(), "<stdin>", "exec", dont_inherit=True), main)
    return _run_file(first, arguments)


def answer():
    """Answer foreign modules in this process and in those that multiprocessing starts from it, and warn of no older
    spelling, since they are told at the end."""
    spellings.warns = False
    install()
    root = os.path.dirname(os.path.dirname(_PACKAGE))
    place = next((i for i, entry in enumerate(sys.path) if os.path.abspath(entry) == root), -1)
    sys.path[place] = _Herald(sys.path[place])


class _Herald(str):
    """A folder of sys.path that, sent to another process, brings the answers along.

    A process that multiprocessing (or joblib) spawns receives sys.path before it imports the script again; nothing
    else of the parent's is at work there so early.
    """

    def __reduce__(self):
        return _arrive, (str(self),)


def _arrive(folder):
    answer()
    return _Herald(folder)


def _run_file(script, arguments):
    path = os.path.abspath(script)
    if os.path.isdir(path):
        return _run_folder(script, path, arguments)
    try:
        with io.open_code(path) as file:
            source = file.read()
    except OSError as error:
        print(
            f"minikeras run: can't open file {path!r}: [Errno {error.errno}] {error.strerror}",
            file=sys.stderr,
        )
        sys.exit(2)
    _prepare(arguments, os.path.dirname(os.path.realpath(path)))
    if path.endswith(".ipynb"):
        return _run_notebook(source, script)
    main = _main(__file__=path, __cached__=None, __loader__=SourceFileLoader("__main__", path))
    return _execute(lambda: compile(source, path, "exec", dont_inherit=True), main)


def _run_notebook(source, script):
    from minikeras.compat.notebook import NotebookError, read_cells, run_cells

    try:
        cells = read_cells(source, script)
    except NotebookError as error:
        print(f"minikeras run: {error}", file=sys.stderr)
        sys.exit(1)
    main = _main()
    return _watch(lambda: run_cells(cells, script, main), in_memory=True)


def _run_folder(script, path, arguments):
    _prepare(arguments, path)
    inner = os.path.join(path, "__main__.py")
    if not os.path.isfile(inner):
        print(f"minikeras run: can't find '__main__' module in {script!r}", file=sys.stderr)
        sys.exit(1)
    with io.open_code(inner) as file:
        source = file.read()
    main = _main(__file__=inner, __package__="", __loader__=SourceFileLoader("__main__", inner))
    return _execute(lambda: compile(source, inner, "exec", dont_inherit=True), main)


def _run_module(name, arguments):
    from importlib.util import find_spec

    _prepare(["-m", *arguments], os.getcwd())
    try:
        spec = find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            name += ".__main__"
            spec = find_spec(name)
    except ImportError as error:
        print(
            f"minikeras run: Error while finding module specification for {name!r} ({error})", file=sys.stderr
        )
        sys.exit(1)
    if spec is None or not hasattr(spec.loader, "get_code"):
        print(f"minikeras run: No module named {name}", file=sys.stderr)
        sys.exit(1)
    sys.argv[0] = spec.origin
    main = _main(
        __file__=spec.origin,
        __cached__=spec.cached,
        __loader__=spec.loader,
        __spec__=spec,
        __package__=spec.parent,
    )
    return _execute(lambda: spec.loader.get_code(name), main)


def _prepare(argv, folder):
    """sys.argv and sys.path as Python would have set them; the first folder on the path was this command's own."""
    sys.argv[:] = argv
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = folder if not isinstance(sys.path[0], _Herald) else _Herald(folder)


def _main(**attributes):
    main = ModuleType("__main__")
    vars(main).update({"__builtins__": builtins, "__loader__": BuiltinImporter, **attributes})
    sys.modules["__main__"] = main
    return main


def _execute(compiled, main):
    namespace = vars(main)

    def program():
        exec(compiled(), namespace)

    return _watch(program)


def _watch(program, in_memory=False):
    """Run the program; what it does not catch is shown as Python would show it, without the frames around it."""
    try:
        program()
    except SystemExit:
        raise
    except BaseException as error:
        from minikeras.compat.tracebacks import show

        show(error, in_memory)
        if isinstance(error, KeyboardInterrupt):
            # Python itself ends by the signal, so that a shell reports 130 and stops its loop; only the traceback,
            # which was shown already, is not shown again.
            sys.excepthook = lambda *_: None
            raise
        sys.exit(1)


def _report_at_the_end():
    process = os.getpid()
    atexit.register(lambda: _report() if os.getpid() == process else None)


def _report():
    """One line on stderr for each older spelling that was translated."""
    told = spellings.translated
    try:
        sys.stdout.flush()
        for (spelling, modern), count in told.items():
            if not any(other.startswith(f"{spelling}.") for other, _ in told):
                times = f" ({count} times)" if count > 1 else ""
                print(f"minikeras: {spelling} is an older spelling: write {modern}.{times}", file=sys.stderr)
    except (OSError, ValueError, AttributeError):
        return  # nobody listens: the streams are closed or gone
