"""Rows of numbers and categories: the multilayer perceptron against linear and logistic regression."""
