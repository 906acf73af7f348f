"""`tf.app` and `tf.flags`: settings of a script on its command line."""

import argparse
import sys


class Flags:
    """The settings, as attributes; the command line is read when the first of them is."""

    def __init__(self):
        self.__dict__.update(_parser=argparse.ArgumentParser(), _values=None, _names=[])

    def _define(self, name, default, help, kind):
        self._names.append(name)
        self.__dict__["_values"] = None
        self._parser.add_argument(f"--{name}", default=default, help=help, type=kind)

    def _parse(self, argv=None):
        values, rest = self._parser.parse_known_args(sys.argv[1:] if argv is None else argv)
        self.__dict__["_values"] = vars(values)
        return rest

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if self._values is None:
            self._parse()
        if name not in self._values:
            raise AttributeError(f"There is no flag {name!r}. Defined: {', '.join(self._names) or 'none'}.")
        return self._values[name]

    def __setattr__(self, name, value):
        if self._values is None:
            self._parse()
        self._values[name] = value

    def __iter__(self):
        return iter(self._names)

    def flag_values_dict(self):
        """All settings."""
        if self._values is None:
            self._parse()
        return dict(self._values)

    def mark_as_parsed(self):
        """Read the command line."""
        self._parse()


FLAGS = Flags()


def _boolean(text):
    if str(text).lower() in ("true", "t", "1", "yes"):
        return True
    if str(text).lower() in ("false", "f", "0", "no"):
        return False
    raise argparse.ArgumentTypeError(f"expected true or false, received {text!r}")


def DEFINE_string(name, default, help=None, **settings):
    """A setting that is text."""
    FLAGS._define(name, default, help, str)


def DEFINE_integer(name, default, help=None, **settings):
    """A setting that is an integer."""
    FLAGS._define(name, default, help, int)


def DEFINE_float(name, default, help=None, **settings):
    """A setting that is a number."""
    FLAGS._define(name, default, help, float)


def DEFINE_boolean(name, default, help=None, **settings):
    """A setting that is true or false."""
    FLAGS._define(name, default, help, _boolean)


DEFINE_bool = DEFINE_boolean


def DEFINE_enum(name, default, enum_values, help=None, **settings):
    """A setting that is one of several texts."""
    FLAGS._define(name, default, help, str)


def DEFINE_list(name, default, help=None, **settings):
    """A setting that is texts with commas between them."""
    FLAGS._define(
        name, default.split(",") if isinstance(default, str) else default, help, lambda text: text.split(",")
    )


def run(main=None, argv=None):
    """Call the script's main function with what of the command line is no setting."""
    rest = FLAGS._parse(argv[1:] if argv else None)
    main = main or sys.modules["__main__"].main
    sys.exit(main([sys.argv[0], *rest]))
