"""What the library says while it works: to the screen, or to the log where interactive logging is off."""

import sys

from minikeras import config


def say(message, end="\n"):
    """Write a message to the standard output; to the logger 'minikeras' after `config.disable_interactive_logging()`.

    >>> say("one epoch is done")
    one epoch is done
    """
    if config.is_interactive_logging_enabled():
        sys.stdout.write(f"{message}{end}")
        sys.stdout.flush()
    else:
        import logging  # 5 ms of an import that few programs need

        logging.getLogger("minikeras").info(str(message).strip("\r\n"))
