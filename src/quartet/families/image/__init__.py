"""Pictures and their classes: the convolutional network against the perceptron and logistic regression on pixels."""
