"""The pages that show what is on disk: reports/index.html and one page per dataset.

They hold everything themselves (styles, figures, thumbnails), run no script and ask no server for anything.
"""

from quartet.report.pages import write_report

__all__ = ["write_report"]
