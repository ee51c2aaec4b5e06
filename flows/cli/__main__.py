"""``python -m flows.cli`` is ``code-articles``."""

from flows.cli.commands import main

main()
