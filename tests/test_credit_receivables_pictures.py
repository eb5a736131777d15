"""Numbers in the pictures and explorers of receivables."""

import numpy as np
import pytest

from crmlab import credit, widgets
from crmlab.widgets.receivables import BUCKETS, _company_chain, _company_ledger, _december
from tests.pictures import receivables as small


@pytest.fixture(scope="module")
def books():
    return credit.match_payments(small.invoices(), small.payments())


def sentence(explorer):
    return explorer.children[-1].value.replace("\N{NO-BREAK SPACE}", " ")


def test_matching_shows_every_yuan_that_no_number_settled(books):
    ax = books.plot()
    widths = [bar.get_width() for bar in ax.patches]
    # P1 (350) and 200 of P3 name their invoice; 300 of P2 settle I2, 30 of P3 stay.
    assert widths == pytest.approx([300, 30])
    assert ax.get_title("left").startswith("62\N{NO-BREAK SPACE}%")  # 550 of 880, rounded to even


def test_buckets_of_one_day_are_those_of_the_ageing(books):
    history = credit.receivables_history(books.ledger, ["2025-03-31"])
    heights = [bar.get_height() for bar in history.plot(show="ageing").patches]
    aged = credit.ageing(books.ledger, "2025-03-31").iloc[0]
    assert heights == pytest.approx(aged[credit.bucket_names()].tolist())


def test_stacked_ageing_ends_at_what_is_open(books):
    days = ["2025-02-28", "2025-03-31", "2025-04-30"]
    history = credit.receivables_history(books.ledger, days)
    ax = history.plot(show="ageing")
    top = max(area.get_datalim(ax.transData).y1 for area in ax.collections)
    table = history.table[list(history.buckets)].sum(axis=1)
    assert top == pytest.approx(table.max())
    with pytest.raises(ValueError, match="show must be one of 'dso', 'ageing'; got 'cash'"):
        history.plot(show="cash")


def test_allowance_bars_and_title():
    found = credit.allowance({"new": 1000.0, "old": 2000.0}, {"new": 0.11, "old": 0.26})
    ax = found.plot()
    assert [bar.get_height() for bar in ax.patches] == pytest.approx([1000, 2000, 110, 520])
    assert "630" in ax.get_title("left")


def test_ageing_explorer_walks_through_the_months():
    explorer = widgets.ageing_explorer(mode="live")
    aged = credit.ageing(_company_ledger(), "2025-12-31", buckets=BUCKETS).iloc[0]
    assert f"{aged['over 180']:,.0f} for more than 180 days" in sentence(explorer)
    explorer.sliders[0].value = explorer.sliders[0].options[0][1]
    assert "2024-02-29" in sentence(explorer)


def test_dso_explorer_says_how_far_each_figure_is_off():
    explorer = widgets.dso_explorer(mode="live")
    growth, slow = explorer.sliders
    growth.value, slow.value = 0.0, 0.12
    assert "off by +0.0, count-back by +0.0" in sentence(explorer).replace("-0.0", "+0.0")
    growth.value = 0.10
    owed = credit.pattern_receivables(1.1 ** np.arange(14), [0.97, 0.45, 0.12, 0.012])[-1]
    simple = credit.simple_dso(owed, (1.1 ** np.arange(14))[-3:].sum(), 90)
    assert f"{simple:.1f} days simple" in sentence(explorer)


def test_allowance_explorer_comes_back_to_the_company():
    chain, aged = _company_chain()
    explorer = widgets.allowance_explorer(mode="live")
    fresh, older = explorer.sliders
    fresh.value, older.value = 0.15, 0.45
    matrix = chain.matrix.copy()
    for row, share in ((1, 0.15), (2, 0.45)):
        matrix[row] = 0
        matrix[row, row + 1], matrix[row, len(chain.states)] = share, 1 - share
    moved = credit.collection_chain(matrix, chain.states, bad=chain.bad)
    assert f"{credit.allowance(aged, moved).total:,.0f}" in sentence(explorer)


def test_hold_explorer_counts_what_the_rule_holds():
    orders, status, bought = _december()
    explorer = widgets.hold_explorer(mode="live")
    late, months = explorer.sliders
    late.value, months.value = 60.0, 6.0
    limits = np.maximum(bought / 12 * 6, 1000)
    found = credit.hold_or_release(orders, status, limits, max_days_late=60)
    assert sentence(explorer).find(f"{len(found.held)} orders of") > 0
