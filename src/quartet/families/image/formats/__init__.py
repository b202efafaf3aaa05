"""Readers of formats that picture sets are published in; each ends in `batches.as_tables`."""
