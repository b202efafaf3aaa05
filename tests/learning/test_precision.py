"""Where products of 16 bits pay."""

import pytest
import torch

from quartet.errors import UsageError
from quartet.learning.descent import is_bf16
from quartet.settings import TrainerSettings

BF16 = TrainerSettings(accelerator="cpu", precision="bf16")


def test_bf16_is_refused_where_the_processor_lacks_it(monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True, "avx512_bf16": False, "amx_bf16": False})
    with pytest.raises(UsageError, match=r"bf16 instructions.*auto or 32"):
        is_bf16(BF16)


def test_bf16_is_done_where_the_processor_has_it(monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True, "avx512_bf16": True, "amx_bf16": False})
    assert is_bf16(BF16)


def test_a_processor_computes_in_32_bits_where_nothing_is_said():
    assert not is_bf16(TrainerSettings(accelerator="cpu"))
