"""The exceptions Quartet raises on purpose. Anything else that escapes is a bug.

QuartetError            exit code 1
├── UsageError          exit code 2: the command or the project is not what it must be
│   └── ParamsError     exit code 2: params.yaml, with every problem at once
├── SourceError         the bytes of a dataset cannot be had or read
├── GateRefused         the data did not pass their Great Expectations suite
├── TrainingError       a training diverged or cannot start
├── RegistryError       what the registry holds does not fit what was asked
├── StorageError        files cannot be written or read: a full disk, a read-only folder
└── ServiceError        a server, or a process of `quartet serve`, does not answer or ended by itself
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class QuartetError(Exception):
    """A failure with a way out.

    Args:
        must: what must hold.
        came: what came instead.
        mend: the way out.
    """

    exit_code = 1

    def __init__(self, must: str, *, came: str, mend: str) -> None:
        super().__init__(f"{must}; however, {came}. {mend}")
        self.must, self.came, self.mend = must, came, mend


class UsageError(QuartetError):
    """The command or the project is not what it must be."""

    exit_code = 2


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in params.yaml: where (dotted path, line), what must hold, what came, the way out."""

    line: int
    path: str
    must: str
    came: str
    mend: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}, {self.path}" if self.path else f"line {self.line}"
        return f"{where}: {self.must}; however, {self.came}." + (f" {self.mend}" if self.mend else "")


class ParamsError(UsageError):
    """params.yaml is wrong; `problems` holds every reason."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems)
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        lines = [f"{file} has {count}, nothing was run:", *(f"  {problem}" for problem in self.problems)]
        Exception.__init__(self, "\n".join(lines))


class SourceError(QuartetError):
    """The bytes of a dataset cannot be had or read."""


class GateRefused(QuartetError):
    """The data did not pass their suite."""


class TrainingError(QuartetError):
    """A training diverged or cannot start."""


class RegistryError(QuartetError):
    """What the registry holds does not fit what was asked."""


class StageFailed(QuartetError):
    """Stages failed.

    Args:
        failed: stage → its log's last lines and path.
    """

    def __init__(self, failed: Mapping[str, str]) -> None:
        self.failed = dict(failed)
        count = f"{len(failed)} stage{'s' if len(failed) > 1 else ''} failed; what did not depend on them was done."
        Exception.__init__(self, "\n".join([count, *(f"\n{stage}:\n{tail}" for stage, tail in failed.items())]))


class StorageError(QuartetError):
    """Files cannot be written or read: a full disk, a read-only folder."""


class ServiceError(QuartetError):
    """A server, or a process of `quartet serve`, does not answer or ended by itself."""
