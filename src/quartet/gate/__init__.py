"""What may pass to training: suites as data, what is measured for them, and Great Expectations, which runs them."""
