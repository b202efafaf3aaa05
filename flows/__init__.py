"""When and where steps run: Prefect flows around DVC stages, and no other logic."""
