"""`python3 -m quorate_bench RESULTS.json [PAGE.html]`: draws the page and says where it is."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .page import page_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="quorate_bench", description=__doc__)
    parser.add_argument("results", type=Path, help="what kvbench --results wrote")
    parser.add_argument("page", type=Path, nargs="?", help="[beside it]")
    arguments = parser.parse_args()
    page = arguments.page or arguments.results.with_suffix(".html")
    try:
        results = json.loads(arguments.results.read_text(encoding="utf-8"))
        page.write_text(page_of(results), encoding="utf-8")
    except (OSError, ValueError) as error:
        print(f"error: no page of {arguments.results}: {error}", file=sys.stderr)
        return 1
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
