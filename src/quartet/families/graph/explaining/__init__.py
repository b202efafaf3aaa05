"""A look inside networks on graphs: one module per task, with `explain`."""
