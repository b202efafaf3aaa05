import pytest
import torch
from torch.nn import functional

from quartet.families.text.models import windows
from quartet.families.text.models.windows import Filters

SHAPES = [((3,), 1, 5), ((7,), 3, 8), ((2, 5), 1, 4), ((1, 3, 4), 2, 9), ((2,), 5, 11), ((7,), 3, 1)]


@pytest.fixture(params=SHAPES, ids=str)
def case(request):
    """Filters of several widths, and texts (2, T, 3), all in 64 bits."""
    widths, stride, n_tokens = request.param
    torch.manual_seed(0)
    return Filters(3, 2, widths, stride).double(), torch.randn(2, n_tokens, 3, dtype=torch.float64, requires_grad=True)


@pytest.fixture(params=[("AVX2", 1024), ("AVX2", 2), ("AVX512", 1024)])
def way(request, monkeypatch):
    """Each way to compute: by a processor, so many windows at a time."""
    processor, n_rows = request.param
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: processor)
    monkeypatch.setattr(windows, "ROWS", n_rows)


def found(filters, texts):
    """What the windows of texts give."""
    places = filters.reach(texts.shape[1])
    return filters(functional.pad(texts, (0, 0, *places.zeros)), places)


def expected(filters, texts):
    """The same by torch's convolution over each text, zeros before and after it."""
    each = []
    for one in filters:
        k, stride = one.kernel_size[0], one.stride[0]
        n = (texts.shape[1] - 1) // stride + 1
        padded = functional.pad(texts.transpose(1, 2), ((k - 1) // 2, k + stride))
        each.append(functional.conv1d(padded, one.weight, one.bias, stride)[:, :, :n])
    return torch.cat(each, dim=1).transpose(1, 2)


def test_windows_are_those_of_a_convolution_centred_on_its_token(case, way):
    filters, texts = case
    assert torch.allclose(found(filters, texts), expected(filters, texts))


def test_their_gradients_are_those_of_a_convolution(case, way):
    filters, texts = case
    learned = [texts, *filters.parameters()]
    weigh = torch.randn(expected(filters, texts).shape, dtype=torch.float64)
    ours = torch.autograd.grad((found(filters, texts) * weigh).sum(), learned)
    theirs = torch.autograd.grad((expected(filters, texts) * weigh).sum(), learned)
    assert all(torch.allclose(one, other) for one, other in zip(ours, theirs, strict=True))
