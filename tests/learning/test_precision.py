"""Where products of 16 bits pay."""

import pytest
import torch

from quartet.learning.descent import is_bf16
from quartet.settings import TrainerSettings


@pytest.mark.parametrize("there", [False, True])
def test_bf16_is_done_as_asked_and_said_to_be_slow_where_the_processor_lacks_it(there, monkeypatch, capsys):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True, "avx512_bf16": there, "amx_bf16": False})
    assert is_bf16(TrainerSettings(accelerator="cpu", precision="bf16"))
    assert ("no bf16 instructions" in capsys.readouterr().err) is not there


def test_a_processor_computes_in_32_bits_where_nothing_is_said(capsys):
    assert not is_bf16(TrainerSettings(accelerator="cpu"))
    assert not capsys.readouterr().err
