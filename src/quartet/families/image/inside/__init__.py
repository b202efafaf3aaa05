"""Sections on what networks see in pictures, one module each."""
