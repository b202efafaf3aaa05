"""The one thing pyproject.toml cannot say: flows/ is the package quartet_flows, beside the packages found in src/."""

from setuptools import find_packages, setup

setup(packages=["quartet_flows", *find_packages("src")])
