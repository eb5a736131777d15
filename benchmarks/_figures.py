"""Draw what the benchmarks measured: ``make bench`` ends with this.

Two pictures in ``benchmarks/results``: our time over the peer's for the largest size of each job
that has a goal, and how the time grows with the size for jobs measured at three sizes or more.
"""

import re

import matplotlib.pyplot as plt
import pandas as pd
from _results import RESULTS
from matplotlib.axes import Axes

from crmlab import plots

LEFT_OUT = (
    *("machine", "rfm_summary_growth", "rfm_summary_run", "sliders", "site", "site_pages"),
    *("pages", "lite"),
)
SETTINGS = {"svg.hashsalt": "crmlab", "svg.fonttype": "none"}


def measured() -> pd.DataFrame:
    """Return the rows of all benchmarks, with the first number of the size as ``n``."""
    names = [path.stem for path in sorted(RESULTS.glob("*.csv")) if path.stem not in LEFT_OUT]
    rows = pd.concat([pd.read_csv(RESULTS / f"{name}.csv", dtype={"size": str}) for name in names])
    found = rows["size"].str.replace(",", "").str.extract(r"(\d+)", expand=False)
    rows["n"] = pd.to_numeric(found, errors="coerce")
    return rows


def ratios(rows: pd.DataFrame) -> Axes:
    """Draw one point for a job and a peer; a bar marks the goal."""
    rows = rows.dropna(subset=["ratio"]).sort_values("n", kind="stable")
    judged = rows.groupby(["job", "peer"])["goal"].transform("count") > 0
    rows = rows[rows["goal"].notna() | ~judged]
    last = rows.groupby(["job", "peer"], sort=False).tail(1).sort_values("ratio", kind="stable")
    names = last["job"] + " | " + last["peer"]
    _figure, ax = plt.subplots(figsize=(7, 0.26 * len(last) + 1))
    met = ~(last["ratio"] > last["goal"])
    places = range(len(last))
    for kind, marker, colour in ((met, "o", "C0"), (~met, "X", "C2")):
        label = "goal met, or none" if kind is met else "goal missed"
        where = [p for p, yes in zip(places, kind, strict=True) if yes]
        ax.plot(last["ratio"][kind], where, marker, color=colour, label=label)
    ax.plot(last["goal"], places, "|", color="black", markersize=11, label="goal")
    ax.axvline(1, color="grey", linewidth=1)
    ax.set(xscale="log", yticks=places, yticklabels=names)
    ax.set(xlabel="our time / the peer's time (log scale)", title="Left of the line we are faster")
    ax.tick_params(axis="y", labelsize=8)
    ax.margins(y=0.02)
    ax.legend(loc="lower right")
    return ax


def growth(rows: pd.DataFrame) -> Axes:
    """Draw time against size for each job with at least three sizes."""
    rows = rows.dropna(subset=["n", "ours_s"]).drop_duplicates(["job", "n"])
    _figure, ax = plt.subplots(figsize=(8.5, 4.5))
    markers = iter("osD^vP*Xhp<>")
    for job, table in rows.groupby("job", sort=False):
        if table["n"].nunique() > 2:
            table = table.sort_values("n")
            ax.plot(table["n"], table["ours_s"], marker=next(markers), label=job)
    ax.set(xscale="log", yscale="log", xlabel="customers, respondents or lines", ylabel="seconds")
    ax.set_title("How time grows with the data")
    ax.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def main() -> None:
    """Draw and store both."""
    plots.use_style()
    rows = measured()
    for draw in (ratios, growth):
        with plt.rc_context(SETTINGS):
            path = RESULTS / f"{draw.__name__}.svg"
            draw(rows).figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
            text = re.sub(r"[ \t]+$", "", path.read_text("utf-8"), flags=re.M)
            path.write_text(text, "utf-8")
            print(path)


if __name__ == "__main__":
    main()
