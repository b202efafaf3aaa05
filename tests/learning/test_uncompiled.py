import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest
import torch
from torch import nn

from quartet.learning.module import optimizer_of, take_step
from quartet.settings import NetworkSettings

TESTS = Path(__file__).parents[1]
UNUSED = ("torch._dynamo", "torch.distributed.tensor", "matplotlib", "scipy.signal")
TRAINED = """
import sys
import quartet.families.graph.models.gcn
from training import train
train({})
"""
COMPILED = f"""{TRAINED}
import torch
graphs = []
def backend(graph, inputs):
    graphs.append(graph)
    return graph.forward
x = torch.arange(3.0)
assert torch.equal(torch.compile(lambda x: 2 * x + 1, backend=backend)(x), 2 * x + 1)
print(len(graphs))
"""
AVAILABLE = """
import quartet.learning.lightning
from lightning_utilities.core.imports import RequirementCache, package_available
for package in ("matplotlib", "scipy"):
    print(bool(RequirementCache(package)), package_available(package))
"""


def said(code):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=True).stdout.split()


def test_a_process_that_trains_imports_no_compiler_no_plots_and_no_signals():
    imported = said(f"{TRAINED}\nprint(*sys.modules)")
    assert {"pytorch_lightning", "torch_geometric"} <= {*imported}
    assert not {*UNUSED} & {*imported}


def test_torch_still_compiles_after_a_training():
    assert said(COMPILED) == ["1"]


def test_what_lightning_was_imported_without_is_there_afterwards():
    assert said(AVAILABLE) == ["True"] * 4


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_a_step_is_the_one_that_torchs_optimiser_takes(optimizer):
    settings = NetworkSettings.model_construct(optimizer=optimizer, weight_decay=0.1, learning_rate=0.05)
    settings = settings.model_copy(update={"momentum": 0.9})
    torch.manual_seed(0)
    ours = nn.Linear(3, 2)
    theirs = deepcopy(ours)
    mine, torchs = optimizer_of(ours, settings), optimizer_of(theirs, settings)
    for x in torch.randn(4, 5, 3):
        for network, step in ((ours, lambda: take_step(mine)), (theirs, torchs.step)):
            network.zero_grad()
            network(x).square().mean().backward()
            step()
    assert torch.equal(ours.weight, theirs.weight)
    assert all(torch.equal(a, b) for a, b in zip(*(tensors(one) for one in (mine, torchs)), strict=True))


def tensors(optimizer):
    return [value for state in optimizer.state.values() for value in state.values() if torch.is_tensor(value)]
