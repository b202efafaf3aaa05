"""Texts: recurrent networks and the convolution over time against a bag of words."""
