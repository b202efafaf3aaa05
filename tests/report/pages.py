"""Pages as the standard library's parser sees them, and what the tests' data put on them."""

from html.parser import HTMLParser
from pathlib import Path

import pandas as pd

HOSTILE = "<script>alert(1)</script>"
BROKEN_ROWS = (3, 7, 50)

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """Tags, attributes, texts and the <data> elements of a page; `problems` where tags are not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.data: list[tuple[str, str]] = []
        self.problems: list[str] = []
        self.feed(html)
        self.close()
        self.problems += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "data":
            self.data.append((dict(attrs)["value"], ""))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        if self.open[-1:] == ["data"]:
            self.data[-1] = (self.data[-1][0], data)
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def read_pages(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.iterdir())}


class Cells(HTMLParser):
    """The cells of the first table of a page, row by row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False
        self.feed(html.partition("</table>")[0])

    def handle_starttag(self, tag, attrs):
        self.inside = self.inside or tag in ("td", "th")
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data):
        if self.inside:
            self.rows[-1][-1] += data


def first_table(html: str) -> pd.DataFrame:
    head, *body = Cells(html).rows
    return pd.DataFrame([[" ".join(text.split()) for text in row] for row in body], columns=head)
