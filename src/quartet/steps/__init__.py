"""One module per step, blind to what family it runs for; `quartet.pipeline` says what each reads and writes."""
