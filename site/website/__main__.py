"""Run the commands with ``python -m website``."""

from website.cli import main

main(prog_name="minsheng")
