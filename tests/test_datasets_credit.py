"""The German credit data, held to published counts and to the corrected code table."""

import pandas as pd

from crmlab import datasets


def test_outcomes_by_checking_account_are_the_published_ones():
    """Counts of the Statlog data: 300 bad of 1,000, by level of the checking account."""
    frame = datasets.load("german_credit")
    assert frame["bad"].sum() == 300
    counts = frame.groupby("checking")["bad"].agg(["sum", "size"])
    assert counts.loc["below 0"].tolist() == [135, 274]
    assert counts.loc["0 to 200"].tolist() == [105, 269]
    assert counts.loc["200 or more"].tolist() == [14, 63]
    assert counts.loc["no account"].tolist() == [46, 394]


def test_first_rows_are_those_of_the_source():
    """The first rows of german.data, code by code: A11 6 A34 A43 1169 A65 A75 4 A93 …"""
    frame = datasets.load("german_credit")
    codes = datasets.load("german_credit_codes").set_index(["column", "level"])["code"]
    source = [
        "A11 6 A34 A43 1169 A65 A75 4 A93 A101 4 A121 67 A143 A152 2 A173 1 A192 A201",
        "A12 48 A32 A43 5951 A61 A73 2 A92 A101 2 A121 22 A143 A152 1 A173 1 A191 A201",
        "A14 12 A34 A46 2096 A61 A74 2 A93 A101 3 A121 49 A143 A152 1 A172 2 A191 A201",
    ]
    for (_, row), line in zip(frame.drop(columns="bad").iterrows(), source, strict=False):
        values = {
            name: str(value).lower()
            if value in (True, False) and name in ("telephone", "foreign_worker")
            else str(value)
            for name, value in row.items()
        }
        coded = [codes.get((name, value), value) for name, value in values.items()]
        assert coded == line.split()


def test_the_personal_status_is_not_sorted_as_in_one_of_its_sources():
    status = datasets.load("german_credit")["personal_status"]
    assert (status != status.shift()).sum() > 400
    assert status.value_counts().to_dict() == {
        "man, single": 548,
        "woman, not single": 310,
        "man, married or widowed": 92,
        "man, separated": 50,
    }


def test_code_table_names_every_level_of_every_coded_column():
    frame, codes = datasets.load("german_credit"), datasets.load("german_credit_codes")
    for name, levels in codes.groupby("column")["level"]:
        found = frame[name].astype(str).str.lower() if frame[name].dtype == bool else frame[name]
        assert set(found.astype(str)) == set(levels), name
    numbers = {"duration", "amount", "age", "bad"}
    assert set(codes["column"]) == set(frame.columns) - numbers


def test_the_corrected_table_turns_what_the_card_says_it_turns():
    codes = datasets.load("german_credit_codes").set_index(["column", "level"])["corrected"]
    assert codes["checking", "no account"].startswith("200 or more")
    assert codes["foreign_worker", "true"] == "false"
    assert "man, single" in codes["personal_status", "woman, not single"]
    same = codes["employment"]
    pd.testing.assert_index_equal(same.index, pd.Index(same, name="level"))
