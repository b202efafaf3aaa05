"""Training, for all families the same: the only package that imports Lightning."""
