"""`python3 -m quorate_chaos.report RUN_DIR…`: draws each run's report and says where it is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .page import write_report


def main() -> int:
    parser = argparse.ArgumentParser(prog="quorate_chaos.report", description=__doc__)
    parser.add_argument("folder", nargs="+", type=Path, help="the folder of a run (docs/chaos.md)")
    code = 0
    for folder in parser.parse_args().folder:
        try:
            print(write_report(folder))
        except OSError as error:
            print(f"error: no report of {folder}: {error}", file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
