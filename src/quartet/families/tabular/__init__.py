"""Rows of numbers and categories: the multilayer perceptron against linear models and gradient-boosted trees."""
