"""Products of sparse matrices, whose entries stay where they are, with dense ones."""

import warnings
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional


class Pattern(nn.Module):
    """Where the E entries of a sparse matrix (R, C) are, row by row and column by column; buffers that move with it.

    Both orders are kept, so that neither a product nor its gradient sorts anything. Places are 32-bit integers: half as
    many bytes to read.
    """

    starts: Tensor  # (R + 1,), where each row's entries start
    column: Tensor  # (E,), of each entry
    starts_of_columns: Tensor  # (C + 1,), where each column's entries start in `by_column`
    row_by_column: Tensor  # (E,), the row of each of them
    by_column: Tensor  # (E,), the entries in the order of columns

    def __init__(self, row: Tensor, column: Tensor, shape: tuple[int, int]) -> None:
        """Of the entries' rows (E,), which must ascend, and their columns (E,)."""
        super().__init__()
        self.shape = shape
        by_column = column.argsort(stable=True)
        places = {
            "starts": starts(row, shape[0]),
            "column": column.int(),
            "starts_of_columns": starts(column, shape[1]),
            "row_by_column": row[by_column].int(),
            "by_column": by_column,
        }
        for name, tensor in places.items():
            self.register_buffer(name, tensor, persistent=False)

    def product(self, value: Tensor, dense: Tensor) -> Tensor:
        """The matrix with these entries (E,) times a dense one (C, H): (R, H)."""
        found: Tensor = Product.apply(value, dense, self)  # type: ignore[no-untyped-call]
        return found

    def row(self) -> Tensor:
        """The row of each entry (E,)."""
        return torch.repeat_interleave(torch.arange(self.shape[0], device=self.starts.device), self.starts.diff())

    def entries_of(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """The entries (E',) of some rows (B,), and to which of these rows each belongs (E',)."""
        n = self.starts.diff()[rows].long()
        row = torch.repeat_interleave(torch.arange(len(rows), device=rows.device), n)
        before = self.starts[rows].long() - (n.cumsum(0) - n)  # (B,)
        return torch.arange(len(row), device=rows.device) + before[row], row


class Product(torch.autograd.Function):
    """A sparse matrix times a dense one, in 32 bits: the sums of a row are always taken in the same order."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, dense: Tensor, pattern: Pattern) -> Tensor:
        """The product (R, H)."""
        ctx.pattern = pattern
        ctx.save_for_backward(value, dense)
        return multiplied(pattern.starts, pattern.column, value, dense, pattern.shape)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        """The gradients of the entries (E,) and of the dense matrix (C, H)."""
        (value, dense), pattern = ctx.saved_tensors, ctx.pattern
        of_value = of_dense = None
        if ctx.needs_input_grad[0]:
            column = pattern.column.long()
            of_value = (gradient[pattern.row()] * dense[column]).sum(dim=1)
        if ctx.needs_input_grad[1]:
            starts, row, shape = pattern.starts_of_columns, pattern.row_by_column, pattern.shape[::-1]
            of_dense = multiplied(starts, row, value.index_select(0, pattern.by_column), gradient, shape)
        return of_value, of_dense, None


def multiplied(starts: Tensor, column: Tensor, value: Tensor, dense: Tensor, shape: tuple[int, ...]) -> Tensor:
    """A matrix in compressed rows times a dense one, in 32 bits.

    On a CPU each row is a bag of rows of the dense matrix, with its entries as their weights: torch's kernel for that
    uses the vectors of the processor at hand, MKL's sparse products, on one of AMD's, those that all have.
    """
    value, dense = value.float(), dense.float()
    if dense.device.type == "cpu":
        return functional.embedding_bag(
            column, dense.contiguous(), starts, mode="sum", per_sample_weights=value, include_last_offset=True
        )
    matrix = torch.sparse_csr_tensor(starts, column, value, shape, check_invariants=False)
    with torch.autocast(dense.device.type, enabled=False):  # sparse products have no 16-bit version
        return matrix @ dense


def starts(ascending: Tensor, n: int) -> Tensor:
    """Where the entries of each of n rows start, (n + 1,) int32, of the entries' rows (E,)."""
    return functional.pad(torch.bincount(ascending, minlength=n).cumsum(0), (1, 0)).int()


def quiet() -> None:
    """Torch says once in a process that its compressed sparse tensors are new."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        torch.sparse_csr_tensor([0, 0], [], [], (1, 1), check_invariants=False)
