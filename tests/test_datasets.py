"""Cards held to their files, published counts, the simulated company held to its truth."""

import datetime
import gzip
import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crmlab import datasets
from crmlab.crm.load import _SOURCES

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "datasets"
NAMES = datasets.names()
END = pd.Timestamp("2025-12-31")
#: The wheel, and so the site, does not carry what scores students' strategies.
FOR_TEACHERS = {"company_next_truth"}


def stored(name):
    return (FOLDER / datasets.card(name).file).read_bytes()


# ------------------------------------------------------------------ cards and files


def test_every_file_has_a_card_and_every_card_its_file():
    shipped = {path.name for path in FOLDER.iterdir() if path.is_file()} - {"README.md"}
    described = {f"{name}.toml" for name in NAMES} | {datasets.card(name).file for name in NAMES}
    assert shipped == described, f"without a card, or without a file: {shipped ^ described}"
    assert sum((FOLDER / file).stat().st_size for file in shipped) < 6_000_000


@pytest.mark.parametrize("name", NAMES)
def test_card_tells_hash_rows_and_columns_of_the_file(name):
    card, frame = datasets.card(name), datasets.load(name)
    assert hashlib.sha256(stored(name)).hexdigest() == card.sha256
    assert len(frame) == card.rows
    assert list(frame.columns) == [column.name for column in card.columns]


@pytest.mark.parametrize("name", NAMES)
def test_columns_have_the_type_the_range_and_the_gaps_of_the_card(name):
    frame = datasets.load(name)
    kinds = {"integer": "int64", "number": "float64", "flag": "bool", "date": "datetime64[us]"}
    for column in datasets.card(name).columns:
        values = frame[column.name]
        assert values.isna().sum() == column.missing, column.name
        known = values.dropna()
        if column.type in kinds:
            assert values.dtype == kinds[column.type], column.name
        else:
            assert known.map(type).eq(str).all(), column.name
        if column.type in ("integer", "number", "date"):
            low, high = known.min(), known.max()
            if column.type == "date":
                low, high = low.date(), high.date()
                assert isinstance(column.low, datetime.date)
            assert (low, high) == (column.low, column.high), column.name
        if column.levels:
            assert set(known) == set(column.levels), column.name
        if column.type == "ordered":
            assert values.cat.ordered
            assert tuple(values.cat.categories) == column.levels


@pytest.mark.parametrize("name", NAMES)
def test_card_is_whole_and_reads_well(name):
    card = datasets.card(name)
    for text in (card.title, card.what, card.who, card.when, card.licence, card.source):
        assert text.strip()
    assert card.citation
    assert card.flaws
    assert all(column.meaning for column in card.columns)
    assert all(re.fullmatch(r"[A-Z]{1,2}\d+", part) for part in card.used_in)
    made = "recipes/simulate_" in card.source
    assert ("SYNTHETIC" in repr(card)) == card.synthetic == made, "drawn by a recipe, or observed"
    assert all(column.name in repr(card) for column in card.columns)
    table = card.to_frame()
    assert list(table.index) == [column.name for column in card.columns]
    recipe = re.search(r"recipes/\w+\.py", card.source)
    assert recipe
    assert (FOLDER / recipe[0]).is_file()


README = (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_readme_lists_the_set_with_its_rows(name):
    first = README.partition("## Rebuild a set")[0]
    lines = [line for line in first.splitlines() if line.startswith(f"| `{name}` |")]
    assert len(lines) == 1, f"the first table of datasets/README.md needs one row `{name}`"
    card, cells = datasets.card(name), [cell.strip() for cell in lines[0].strip("|").split("|")]
    assert cells[1] == f"{card.rows:,}"
    assert ("**synthetic**" in cells[2]) == card.synthetic
    assert set(cells[4].split(", ")) == set(card.used_in), "used_in of the card"


@pytest.mark.parametrize("path", sorted((FOLDER / "recipes").glob("*_*.py")), ids=lambda p: p.stem)
def test_readme_tells_how_to_run_each_recipe_and_what_it_needs(path):
    lines = [
        line for line in README.splitlines() if f"`python datasets/recipes/{path.name}" in line
    ]
    assert len(lines) == 1, f"the table under 'Rebuild a set' needs one row with {path.name}"
    needs = lines[0].strip("|").split("|")[2].strip()
    assert needs.startswith("none" if path.name.startswith("simulate_") else "the un")


CHAPTERS = sorted((ROOT / "book").glob("[0-9][0-9]_*.ipynb"))


def loaded(chapter):
    """Return the sets that the cells of a chapter load."""
    cells = json.loads(chapter.read_text("utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    found = set(re.findall(r'datasets\.load\(\s*"(\w+)"', "\n".join(code)))
    for cell in code:
        if 'f"company_{' in cell:  # several at once: their names stand in a list
            found |= {f"company_{word}" for word in re.findall(r'"(\w+)"', cell)} & set(NAMES)
        if "company_tables()" in cell:
            found |= {source for source, _columns in _SOURCES.values()} | {"company_survey"}
    return sorted(found)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_card_names_a_row_of_each_chapter_that_loads_the_set(chapter):
    lines = (ROOT / "book" / "syllabus.md").read_text("utf-8").splitlines()
    rows = {line.split(" ")[1] for line in lines if f"](c{chapter.stem[:2]}-" in line}
    silent = [name for name in loaded(chapter) if not rows & set(datasets.card(name).used_in)]
    assert silent == [], f"used_in of their cards names none of the chapter's rows: {sorted(rows)}"


@pytest.mark.parametrize("name", NAMES)
def test_gzip_carries_no_clock_and_no_name(name):
    data = stored(name)
    if data[:2] == b"\x1f\x8b":
        assert data[3] == 0, "the header names a file"
        assert data[4:8] == bytes(4), "the header holds a time"


# ------------------------------------------------------------------ loading


@pytest.mark.parametrize("function", [datasets.load, datasets.card])
def test_unknown_name_lists_the_sets(function):
    with pytest.raises(ValueError, match=r"name must be one of 'cdnow', .*; got 'cdnw'") as error:
        function("cdnw")
    assert all(repr(name) in str(error.value) for name in NAMES)


def test_unknown_backend():
    with pytest.raises(ValueError, match="backend must be one of 'pandas', 'polars'; got 'dask'"):
        datasets.load("cdnow", backend="dask")


def test_polars_missing_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ImportError, match=re.escape('pip install "crmlab[scale]"')):
        datasets.load("cdnow", backend="polars")


@pytest.mark.parametrize("name", NAMES)
def test_polars_gives_the_same_table(name):
    pytest.importorskip("polars")
    left, right = datasets.load(name), datasets.load(name, backend="polars")
    assert right.columns == list(left.columns)
    for column in left:
        values = left[column].astype(object)
        assert right[column].to_list() == [None if pd.isna(v) else v for v in values], column


def test_load_gives_a_fresh_table():
    first = datasets.load("cdnow")
    first["amount"] = 0.0
    assert datasets.load("cdnow")["amount"].max() > 0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of the checkout, unpacked where nothing else is."""
    built, unpacked = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("unpacked")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        archive.extractall(unpacked)
    return unpacked


def test_wheel_carries_the_data_and_nothing_else_of_the_folder(wheel):
    data = wheel / "crmlab" / "_data"
    carried = {path.relative_to(data).as_posix() for path in data.rglob("*")}
    files = {p.name for p in FOLDER.iterdir() if p.is_file()} - {"README.md"}
    assert carried == {name for name in files if name.partition(".")[0] not in FOR_TEACHERS}
    assert not (wheel / "datasets").exists()


def test_wheel_loads_every_set_without_the_checkout(wheel, tmp_path):
    code = (
        "import crmlab.datasets as d, pathlib\n"
        "print(pathlib.Path(d.__file__).parents[1])\n"
        "for name in d.names(): print(name, len(d.load(name)), d.card(name).sha256)"
    )
    # -P and the work folder keep the checkout out; PYTHONPATH goes before an editable install.
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(wheel)},
        check=True,
        capture_output=True,
        text=True,
    )
    where, *rows = done.stdout.splitlines()
    assert Path(where) == wheel
    cards = [datasets.card(name) for name in NAMES if name not in FOR_TEACHERS]
    assert rows == [f"{card.name} {card.rows} {card.sha256}" for card in cards]


def test_import_loads_no_table_library():
    code = "import sys, crmlab.datasets; print({'pandas', 'polars', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


# ------------------------------------------------------------------ CDNOW


def test_cdnow_has_the_published_counts_of_39_weeks():
    log = datasets.load("cdnow")
    assert log["customer"].nunique() == 2357
    first_part = log[log["date"] <= "1997-09-30"]
    days = first_part.groupby(["customer", "date"], as_index=False)["amount"].sum()
    repeats = days.groupby("customer").size() - 1
    counts = repeats.value_counts().sort_index()
    assert counts.loc[0:7].tolist() == [1411, 439, 214, 100, 62, 38, 29, 23]
    assert repeats.mean() == pytest.approx(1.042, abs=0.0005)
    value = days[days.duplicated("customer")].groupby("customer")["amount"].mean()
    assert len(value) == 946
    assert value.mean() == pytest.approx(35.08, abs=0.005)


def test_cdnow_flaws_are_as_the_card_counts_them():
    log = datasets.load("cdnow")
    assert log.duplicated(["customer", "date"]).sum() == 223
    assert log.duplicated().sum() == 21
    assert (log["amount"] == 0).sum() == 8
    assert log.sort_values(["customer", "date"], kind="stable").index.is_monotonic_increasing


def test_cdnow_master_agrees_with_the_sample():
    log, master = datasets.load("cdnow"), datasets.load("cdnow_master")
    assert master["purchases"].sum() == 69_659
    assert master["customer"].is_unique
    twins = master.dropna(subset="sample_customer").set_index("sample_customer").sort_index()
    grouped = log.groupby("customer")
    assert twins.index.tolist() == sorted(log["customer"].unique())
    assert (twins["first"] == grouped["date"].min()).all()
    assert (twins["last"] == grouped["date"].max()).all()
    assert (twins["purchases"] == grouped.size()).all()
    assert (twins["units"] == grouped["units"].sum()).all()
    np.testing.assert_allclose(twins["amount"], grouped["amount"].sum(), atol=0.005)
    days = log.groupby(["customer", "date"], as_index=False)["amount"].sum()
    assert (twins["frequency"] == days.groupby("customer").size() - 1).all()
    value = days[days.duplicated("customer")].groupby("customer")["amount"].mean()
    np.testing.assert_allclose(twins["monetary_value"].dropna(), value, atol=1e-4)


def test_cdnow_master_keeps_its_conventions():
    master = datasets.load("cdnow_master")
    weeks = (master["last"] - master["first"]).dt.days / 7
    np.testing.assert_allclose(master["recency"], weeks, atol=1e-4)
    until_end = (pd.Timestamp("1998-06-30") - master["first"]).dt.days / 7
    np.testing.assert_allclose(master["T"], until_end, atol=1e-4)
    none = master["frequency"] == 0
    assert (master["monetary_value"].isna() == none).all()
    assert ((master["recency"] == 0) == none).all()
    assert (master["frequency"] < master["purchases"]).all()


# ------------------------------------------------------------------ The Complete Journey


def test_journey_counts():
    baskets, households = datasets.load("journey_baskets"), datasets.load("journey_households")
    assert baskets["basket"].is_unique
    assert baskets["lines"].sum() == 1_469_307
    assert set(baskets["household"]) == set(households["household"])
    assert households["household"].is_unique
    assert baskets["store"].nunique() == 457
    assert (baskets["amount"] == 0).sum() == 478
    assert (baskets["amount"] < baskets["coupon_discount"]).sum() == 19
    assert (baskets["date"] != "2017-12-25").all()


def test_journey_is_in_local_time():
    night = datasets.load("journey_baskets")["hour"].between(2, 5).mean()
    assert night < 0.015, "in UTC it would be 7 %"


def test_journey_households_without_demographics_are_flagged_not_dropped():
    households = datasets.load("journey_households")
    known = households["has_demographics"]
    assert known.sum() == 801
    filled = households[["age", "income", "size", "composition", "children"]].notna()
    assert filled.eq(known, axis=0).all(axis=None)
    assert households.loc[~known, "home_ownership"].isna().all()


def test_journey_categories_keep_the_order_of_time():
    rows = datasets.load("journey_categories")
    assert set(rows["household"]) <= set(datasets.load("journey_households")["household"])
    keys = ["category", "household"]
    assert not rows.duplicated([*keys, "occasion", "manufacturer"]).any()
    steps = rows.groupby(keys)["occasion"].diff().dropna()
    assert steps.isin([0, 1]).all()
    assert (rows.groupby(keys)["occasion"].first() == 1).all()
    assert (rows.groupby(keys)["date"].diff().dropna() >= pd.Timedelta(0)).all()
    within = rows.groupby([*keys, "occasion"])["spend"].diff().dropna()
    assert (within <= 0).all(), "the highest spend of a basket stands first"
    days = rows.groupby([*keys, "occasion"])["date"]
    assert (days.min() == days.max()).all()
    own = rows[rows["manufacturer"] == "69"].groupby("category")["spend"].sum()
    assert (own > 0).all(), "the chain's own label sells in every category"


# ------------------------------------------------------------------ the simulated company


@pytest.fixture(scope="module")
def recipe():
    """The module that simulates the company."""
    folder = FOLDER / "recipes"
    sys.path.insert(0, str(folder))  # it imports its neighbour `table`
    try:
        spec = importlib.util.spec_from_file_location("simulate", folder / "simulate_company.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules["simulate"] = module  # dataclasses look it up there
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("simulate", None)
        sys.modules.pop("table", None)


@pytest.fixture(scope="module")
def company():
    """Customers with their truth, and orders with their customer's."""
    customers, truth = datasets.load("company_customers"), datasets.load("company_truth")
    both = customers.merge(truth, on="customer", validate="one_to_one")
    end = both["left"].fillna(END + pd.Timedelta(days=1))
    both["years"] = (end - both["acquired"]).dt.days / 365.25
    orders = datasets.load("company_orders").merge(both, on="customer", validate="many_to_one")
    orders["age"] = (orders["date"] - orders["acquired"]).dt.days / 365.25
    return both, orders


@pytest.mark.skipif(
    np.__version__ < "2", reason="recipes promise the same bytes with the locked versions"
)
def test_running_the_recipes_again_gives_the_same_bytes(tmp_path):
    for script in (FOLDER / "recipes").glob("simulate_*.py"):
        command = [sys.executable, str(script), str(tmp_path)]
        subprocess.run(command, check=True, capture_output=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    names = [name for name in NAMES if datasets.card(name).synthetic]
    described = {datasets.card(name).file for name in names}
    assert set(made) == described, f"no recipe, or no card, for {set(made) ^ described}"
    for name in names:
        new, old = made[datasets.card(name).file], stored(name)
        if new[:2] == b"\x1f\x8b":  # the packing may differ between builds of zlib
            new, old = gzip.decompress(new), gzip.decompress(old)
        assert hashlib.sha256(new).hexdigest() == hashlib.sha256(old).hexdigest(), name


def test_each_table_has_its_own_stream(recipe):
    first = recipe.stream("company_orders").random(3)
    recipe.stream("company_truth").random(100)
    assert (recipe.stream("company_orders").random(3) == first).all()
    assert (recipe.stream("company_truth").random(3) != first).all()


def test_keys_hold(company):
    customers, orders = company
    assert customers["customer"].is_unique
    assert orders["order"].is_unique
    assert len(orders) == datasets.card("company_orders").rows, "an order without its customer"
    assert set(orders["customer"]) == set(customers["customer"])
    assert (orders["date"] >= orders["acquired"]).all()
    assert (orders["date"] <= orders["left"].fillna(END)).all()
    first = orders.groupby("customer")["date"].min()
    assert (first == customers.set_index("customer")["acquired"]).all()
    assert orders["date"].is_monotonic_increasing


def test_referrals_come_from_customers_acquired_earlier_and_still_there(company):
    customers, _ = company
    referred = customers[customers["channel"] == "referral"]
    assert referred["referred_by"].notna().all()
    assert customers.loc[customers["channel"] != "referral", "referred_by"].isna().all()
    by = customers.set_index("customer").loc[referred["referred_by"]]
    assert (by["acquired"].to_numpy() < referred["acquired"].to_numpy()).all()
    assert (by["left"].fillna(END).to_numpy() >= referred["acquired"].to_numpy()).all()


def test_money_is_positive_and_in_cents(company):
    customers, orders = company
    money = [
        *(orders[name] for name in ("amount", "cost")),
        *(customers[name] for name in ("acquisition_cost", "service_cost_per_year")),
    ]
    for values in money:
        assert (values > 0).all()
        np.testing.assert_allclose(values * 100, (values * 100).round(), atol=1e-6)


def test_yearly_retention_of_the_segments_is_as_stated(company, recipe):
    customers, _ = company
    stated = {}
    for name, segment in recipe.TRUTH.segments.items():
        drawn = customers[customers["segment"] == name]
        factor = drawn["channel"].map(lambda c: recipe.TRUTH.channels[c].churn_factor)
        shape = segment.churn_shape
        # E exp(-churn) for churn gamma with that shape and mean
        expected = (shape / (shape + segment.churn_rate * factor)) ** shape
        retention = np.exp(-drawn["churn_rate"])
        error = retention.std() / np.sqrt(len(drawn))
        assert abs(retention.mean() - expected.mean()) < 3 * error, name
        stated[name] = expected.mean()
    assert list(stated) == ["café", "office", "school", "hotel"]
    assert min(stated.values()) == stated["café"] == pytest.approx(0.59, abs=0.03)
    assert max(stated.values()) == stated["school"] == pytest.approx(0.89, abs=0.03)


def test_as_many_leave_as_their_rates_say(company):
    customers, _ = company
    for _name, drawn in customers.groupby("segment"):
        window = (END + pd.Timedelta(days=1) - drawn["acquired"]).dt.days / 365.25
        chance = 1 - np.exp(-drawn["churn_rate"] * window)
        gone = drawn["left"].notna().sum()
        assert abs(gone - chance.sum()) < 3 * np.sqrt((chance * (1 - chance)).sum())


def test_order_rate_is_recovered_and_grows_with_age(company, recipe):
    customers, orders = company
    g = recipe.TRUTH.order_growth
    expected = customers["order_rate"] * np.expm1(g * customers["years"]) / g
    repeats = len(orders) - len(customers)
    assert abs(repeats - expected.sum()) < 3 * np.sqrt(expected.sum())
    # per customer, too: the counts are Poisson
    counted = orders.groupby("customer").size().sub(1).reindex(customers["customer"]).to_numpy()
    seen = expected.to_numpy() > 5
    spread = (counted - expected.to_numpy())[seen] ** 2 / expected.to_numpy()[seen]
    assert spread.mean() == pytest.approx(1, abs=0.2)
    later = orders[orders["age"] > 2]
    old = customers[customers["years"] > 2]
    span = np.expm1(g * old["years"]) - np.expm1(2 * g)
    steady = (old["order_rate"] * (old["years"] - 2)).sum()
    grown = (old["order_rate"] * span / g).sum()
    assert abs(len(later) - grown) < 3 * np.sqrt(grown) < abs(len(later) - steady)


def test_amount_and_margin_are_recovered(company, recipe):
    _, orders = company
    ratio = orders["amount"] / orders["mean_order"]
    assert ratio.mean() == pytest.approx(1, abs=0.015)
    margin = 1 - orders["cost"] / orders["amount"]
    assert (margin - orders["margin_rate"]).mean() == pytest.approx(0, abs=0.001)
    for name, product in recipe.TRUTH.products.items():
        of_product = ratio[orders["product"] == name]
        error = of_product.std() / np.sqrt(len(of_product))
        assert abs(of_product.mean() - product.factor) < 3.5 * error, name


def test_the_product_mix_leaves_the_mean_order_alone(recipe):
    products = recipe.TRUTH.products.values()
    assert sum(product.mix for product in products) == pytest.approx(1)
    assert sum(product.mix * product.factor for product in products) == pytest.approx(1)


def test_cross_selling_begins_at_its_age(company, recipe):
    _, orders = company
    day = 1 / 365.25
    before = orders[orders["age"] < orders["cross_selling_age"] - day]
    after = orders[orders["age"] > orders["cross_selling_age"] + day]
    assert set(before["product"]) == {"beans"}
    shares = after["product"].value_counts(normalize=True)
    for name, product in recipe.TRUTH.products.items():
        assert shares[name] == pytest.approx(product.mix, abs=0.015), name


def test_intake_grows(company):
    customers, _ = company
    by_year = customers["acquired"].dt.year.value_counts().sort_index()
    assert by_year.index.tolist() == [2021, 2022, 2023, 2024, 2025]
    assert by_year.is_monotonic_increasing


def test_acquisition_cost_follows_the_channel(company, recipe):
    customers, _ = company
    means = customers.groupby("channel")["acquisition_cost"].mean()
    for name, channel in recipe.TRUTH.channels.items():
        assert means[name] == pytest.approx(channel.cost, rel=0.08), name


def test_revenue_and_profit_rank_differently(company):
    """The lesson of the course: a customer with more revenue can be worth less."""
    customers, orders = company
    booked = orders.groupby("customer")[["amount", "cost"]].sum().reindex(customers["customer"])
    revenue = booked["amount"].to_numpy()
    contribution = (
        revenue
        - booked["cost"].to_numpy()
        - (customers["service_cost_per_year"] * customers["years"]).to_numpy()
        - customers["acquisition_cost"].to_numpy()
    )
    table = pd.DataFrame({"revenue": revenue, "contribution": contribution})
    best = table["contribution"].nlargest(len(table) // 5)
    assert 0.60 < best.sum() / contribution.sum() < 0.75
    assert 0.15 < (contribution < 0).mean() < 0.25
    top = len(table) // 10
    by_revenue = set(table["revenue"].nlargest(top).index)
    assert 0.1 < len(by_revenue - set(table["contribution"].nlargest(top).index)) / top < 0.4
    assert (table.loc[list(by_revenue), "contribution"] < 0).mean() > 0.03
    by_segment = table.groupby(customers["segment"]).mean()
    assert by_segment["revenue"].idxmax() == "hotel" != by_segment["contribution"].idxmax()


def test_cards_are_plain_toml():
    for name in NAMES:
        with (FOLDER / f"{name}.toml").open("rb") as file:
            assert set(tomllib.load(file)) == set(datasets.Card.__dataclass_fields__) - {"name"}
