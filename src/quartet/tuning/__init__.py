"""`quartet tune`: a search for better settings of one model, on the validation split alone.

space.py    which settings are searched, and in which ranges
trials.py   one training, and its score on validation
study.py    what was tried and what to try next: the only module that imports optuna
runs.py     the trials as nested MLflow runs
patch.py    the edit of params.yaml
search.py   all of it, one after another
shown.py    the outcome for people and for programs
"""
