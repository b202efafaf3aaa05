"""Train, compare, register and reproduce the four classic families of neural networks, with no code.

Read `quartet.pipeline` first: its table names every step, and each step is a module of `quartet.steps`.
"""
