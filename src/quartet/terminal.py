"""What commands share: the option for programs, and tables."""

import sys
from typing import Any

import click

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def show_table(table: Any) -> None:
    """Print a table as wide as the terminal, or plain into a pipe."""
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 120).print(table)
