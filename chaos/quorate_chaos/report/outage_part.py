"""The table of faults with the time to the first success after each, by level and by node."""

from __future__ import annotations

from html import escape

from .binned import series_order
from .model import Run, Series
from .numbers import duration, plural, quantile
from .outages import AFTERMATH_US, Outage, find_outages
from .tables import note, section, table

MOST_FAULTS = 60  # rows; a soak has hundreds, and its page still must load


def fault_section(run: Run) -> str:
    if not run.faults:
        return section("Faults and unavailability", "faults", note("No fault was made."))
    outages = find_outages(run)
    series = sorted({op.series for op in run.ops}, key=series_order)
    shown = _most_telling(run, outages.by_series)
    head = ["", "fault", "at", "lasted", "proof that it took hold", *(_head(s) for s in series)]
    rows = []
    for index in shown:
        fault = run.faults[index]
        mark = "●" if fault.bit else '<span class="badge warn">∅ void</span>'
        rows.append([
            mark,
            f"<strong>{escape(fault.kind)}</strong> {escape(fault.what)}",
            f"{run.seconds(fault.begin):.1f} s",
            duration(fault.end - fault.begin),
            escape(fault.proof or "–"),
            *(_cell(outages.by_series[index].get(key)) for key in series),
        ])
    parts = [
        note("By level: time from the fault's begin to the return of the first operation that was "
             "begun after it and succeeded; below, the longest time without a success until "
             f"{duration(AFTERMATH_US)} after its end or the next fault."),
        table(head, rows, "faults", numbers=(2, 3, *range(5, 5 + len(series)))),
    ]
    if len(shown) < len(run.faults):
        parts.append(note(f"Of {len(run.faults)} faults the {len(shown)} with the longest "
                          "silences and all void ones are shown."))
    if len(run.faults) > 3:
        parts.append("<h3>By kind of fault</h3>" + _by_kind(run, outages.by_series, series))
    parts.append(_by_node(run, shown, outages.by_node, series))
    return section("Faults and unavailability", "faults", *parts)


def _head(series: Series) -> str:
    return f"{escape(series.mode)}<br>{escape(series.kind)}<br>{escape(series.level)}"


def _most_telling(run: Run, by_series: list[dict[Series, Outage]]) -> list[int]:
    if len(run.faults) <= MOST_FAULTS:
        return list(range(len(run.faults)))

    def weight(index: int) -> tuple[bool, int]:
        silences = [outage.silence_us for outage in by_series[index].values() if outage.asked]
        return not run.faults[index].bit, max(silences, default=0)

    return sorted(sorted(range(len(run.faults)), key=weight, reverse=True)[:MOST_FAULTS])


def _cell(outage: Outage | None) -> str:
    if outage is None or outage.asked == 0:
        return '<span class="quiet">not asked</span>'
    if outage.first_us is None:
        return f'<span class="heat4">none in {duration(outage.silence_us)}</span>'
    healed = ' <span class="quiet" title="only when the fault was over">healed</span>'
    return (
        f'<span class="heat{_heat(outage.first_us)}">{duration(outage.first_us)}</span>'
        f'{healed if outage.only_healed else ""}'
        f'<br><span class="quiet">{duration(outage.silence_us)}</span>'
    )


def _heat(us: int) -> int:
    return sum(us >= limit for limit in (100_000, 500_000, 2_000_000, 5_000_000))


def _by_kind(run: Run, by_series: list[dict[Series, Outage]], series: list[Series]) -> str:
    kinds = sorted({fault.kind for fault in run.faults})
    rows = []
    for kind in kinds:
        indexes = [i for i, fault in enumerate(run.faults) if fault.kind == kind]
        bit = sum(run.faults[i].bit for i in indexes)
        cells = []
        for key in series:
            bits = [by_series[i] for i in indexes if run.faults[i].bit]
            found = [outages[key] for outages in bits if key in outages]
            first = sorted(o.first_us for o in found if o.first_us is not None)
            never = sum(o.first_us is None and o.asked > 0 for o in found)
            cells.append(_quantiles(first) + (f"<br>never: {never}" if never else ""))
        rows.append([f"<strong>{escape(kind)}</strong>", f"{bit} of {len(indexes)}", *cells])
    head = ["fault", "took hold", *(_head(key) for key in series)]
    return table(head, rows, "faults", numbers=range(1, 2 + len(series))) + note(
        "First success after the fault's begin: median, and the worst.")


def _quantiles(first: list[int]) -> str:
    if not first:
        return "–"
    middle = quantile(first, 0.5)
    return f'{duration(middle)}<br><span class="quiet">{duration(first[-1])}</span>'


def _by_node(run: Run, shown: list[int], by_node: list[dict[tuple[Series, str], Outage]],
             series: list[Series]) -> str:
    nodes = sorted({node for each in by_node for _, node in each})
    if not nodes:
        return ""
    rows = []
    for index in shown:
        fault = run.faults[index]
        for node in nodes:
            name = f"<strong>{escape(fault.kind)}</strong> {escape(fault.what)}"
            touched = " ●" if node in fault.nodes else ""
            rows.append([
                name if node == nodes[0] else "", f"{escape(node)}{touched}",
                *(_cell(by_node[index].get((key, node))) for key in series),
            ])
    head = ["fault", "node asked", *(_head(key) for key in series)]
    inner = table(head, rows, "faults", numbers=range(2, 2 + len(series)))
    return (
        f"<details><summary>The same by node asked ({plural(len(nodes), 'node')}; ● touched by the "
        f"fault)</summary>{inner}</details>"
    )
