import os
import subprocess
import sys

SOLVED = """
from threadpoolctl import threadpool_info
from torch import nn

from quartet.learning.fit import Run, fit
from quartet.settings import TrainerSettings


class Solved(nn.Module):
    def fit(self, train):
        import sklearn.ensemble
        print(*(library["num_threads"] for library in threadpool_info()))


fit(Solved, None, {"train": None}, Run(0, TrainerSettings(threads=1)))
"""


def test_a_solver_that_loads_its_libraries_itself_keeps_to_the_trainers_threads():
    three = {"OMP_NUM_THREADS": "3", "OPENBLAS_NUM_THREADS": "3"}
    done = subprocess.run(
        [sys.executable, "-c", SOLVED], env=os.environ | three, capture_output=True, text=True, check=True
    )
    assert len(done.stdout.split()) > 2  # NumPy's and SciPy's BLAS, and OpenMP
    assert set(done.stdout.split()) == {"1"}
