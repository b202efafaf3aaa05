"""`python -m quartet`."""

from quartet.cli import main

main()
