"""Simulate three more questionnaires of the simulated company: SYNTHETIC answers.

Some of the customers who answered the survey of November 2024 also filled in, two weeks later,
one or more of: a Kano questionnaire on ten features of the offer, a list of twelve attributes to
rate for importance and performance, and a SERVQUAL questionnaire. ``python
simulate_service_surveys.py FOLDER`` writes the answers, and the truth behind the first two.

How an answer comes about:

* Kano: a feature has a true category in each segment. With chance `Study.conviction` a respondent
  shares it, otherwise another category is drawn; the pair of answers is drawn among the cells of
  the evaluation table that lead to the category, and a few pairs are answered without thought;
* attributes: performance scores are normal, correlated, and joined to the answer `satisfaction_1`
  of company_survey so that the standardised regression of that answer on them has the weights of
  `Study.attributes`. Stated importance is drawn around the mean given there: what customers say
  matters is not what moves them;
* service: expectation and perception of a dimension are normal around its means, with a general
  feeling of the respondent that goes with `satisfaction_1`.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from simulate_company import make_customers, stream
from simulate_survey import make_survey
from table import write

Floats = npt.NDArray[np.float64]

#: Pairs (functional, dysfunctional) that lead to a category, with how often each is chosen.
PAIRS: dict[str, list[tuple[int, int, float]]] = {
    "A": [(1, 2, 0.1), (1, 3, 0.6), (1, 4, 0.3)],
    "O": [(1, 5, 1.0)],
    "M": [(2, 5, 0.6), (3, 5, 0.3), (4, 5, 0.1)],
    "I": [(3, 3, 0.5), (2, 3, 0.15), (3, 4, 0.15), (2, 4, 0.1), (4, 4, 0.1)],
    "R": [(5, 1, 0.4), (5, 3, 0.3), (4, 1, 0.2), (3, 1, 0.1)],
}


@dataclass(frozen=True)
class Attribute:
    """Truth about one attribute of the offer."""

    stated: float  # mean of the stated importance
    weight: float  # in the standardised regression of overall satisfaction
    performance: float  # mean score
    group: str


@dataclass(frozen=True)
class Dimension:
    """Truth about one dimension of service."""

    items: tuple[str, ...]
    expected: float
    perceived: float


@dataclass(frozen=True)
class Study:
    """Every number that the answers are made from."""

    segments: tuple[str, ...] = ("café", "office", "school", "hotel")
    # Kano: who answers, how firmly, and the true category by segment.
    kano_share: float = 0.68
    conviction: float = 0.64
    thoughtless: float = 0.012
    features: dict[str, str] = field(
        default_factory=lambda: {
            "correct invoices": "MMMM",
            "delivery on the promised day": "MMMM",
            "next-day delivery": "OOOO",
            "repair within 24 hours": "OOOM",
            "order app": "AAAA",
            "free machine loan": "MAAM",
            "tasting visits": "AIIA",
            "compostable cups": "IIAI",
            "loyalty points": "IIII",
            "weekly sales call": "RRRR",
        }
    )
    #: Where conviction is weaker: the share that holds a second category instead.
    wavering: dict[str, tuple[str, float]] = field(
        default_factory=lambda: {"loyalty points": ("A", 0.43), "weekly sales call": ("I", 0.20)}
    )
    other: dict[str, float] = field(
        default_factory=lambda: {"A": 0.24, "O": 0.26, "M": 0.20, "I": 0.27, "R": 0.03}
    )
    # Attributes.
    attribute_share: float = 0.86
    common: float = 0.30  # correlation of any two scores
    within: float = 0.15  # more of it within a group
    spread: float = 1.5  # of a performance score
    stated_spread: float = 1.1
    attributes: dict[str, Attribute] = field(
        default_factory=lambda: {
            "coffee taste": Attribute(9.2, 0.05, 8.3, "product"),
            "freshness": Attribute(8.9, 0.04, 8.0, "product"),
            "choice of products": Attribute(7.1, 0.03, 7.7, "product"),
            "price": Attribute(9.0, 0.09, 6.7, "terms"),
            "correct invoices": Attribute(8.5, 0.02, 8.5, "terms"),
            "order app": Attribute(6.0, 0.04, 6.3, "terms"),
            "delivery on the promised day": Attribute(8.8, 0.23, 6.6, "delivery"),
            "speed of delivery": Attribute(7.6, 0.05, 7.5, "delivery"),
            "friendly drivers": Attribute(5.9, 0.17, 8.1, "delivery"),
            "machine repair": Attribute(8.1, 0.20, 5.9, "service"),
            "advice": Attribute(6.3, 0.18, 6.4, "service"),
            "handling of complaints": Attribute(7.0, 0.15, 6.2, "service"),
        }
    )
    # Service quality, 1 to 7.
    service_share: float = 0.62
    missing: float = 0.012
    dimensions: dict[str, Dimension] = field(
        default_factory=lambda: {
            "tangibles": Dimension(
                (
                    "modern equipment",
                    "clean vans",
                    "neat staff",
                    "clear catalogue",
                ),
                5.2,
                5.6,
            ),
            "reliability": Dimension(
                (
                    "keeps its dates",
                    "shows that it cares for a problem",
                    "right the first time",
                    "delivers as promised",
                    "keeps records without error",
                ),
                6.5,
                5.4,
            ),
            "responsiveness": Dimension(
                (
                    "says when it will come",
                    "prompt service",
                    "always willing to help",
                    "never too busy",
                ),
                6.1,
                5.1,
            ),
            "assurance": Dimension(
                (
                    "staff one can trust",
                    "safe dealings",
                    "always polite",
                    "knows its trade",
                ),
                6.2,
                6.0,
            ),
            "empathy": Dimension(
                (
                    "individual attention",
                    "opening hours that suit",
                    "personal contact",
                    "our interest at heart",
                    "understands our needs",
                ),
                5.6,
                5.3,
            ),
        }
    )
    general: float = 0.55  # share of a perception that is one general feeling
    feeling: float = 0.75  # correlation of that feeling with satisfaction_1
    expected_spread: float = 0.75
    perceived_spread: float = 1.1


STUDY = Study()


def respondents(table: str, share: float) -> pd.DataFrame:
    """Draw who fills in the questionnaire, with segment and standardised satisfaction."""
    survey = make_survey()[["customer", "satisfaction_1"]].dropna()
    chosen = survey[stream(f"{table}.respondents").random(len(survey)) < share]
    answer = chosen["satisfaction_1"].to_numpy(dtype=float)
    segment = make_customers().set_index("customer")["segment"]
    return pd.DataFrame(
        {
            "customer": chosen["customer"].to_numpy(),
            "segment": chosen["customer"].map(segment).to_numpy(),
            "satisfaction": (answer - answer.mean()) / answer.std(),
        }
    )


def pick(rng: np.random.Generator, weights: dict[str, float]) -> str:
    """Draw one name."""
    edges = np.cumsum(list(weights.values()))
    return list(weights)[int(np.searchsorted(edges / edges[-1], rng.random(), "right"))]


def make_kano() -> pd.DataFrame:
    """Draw the pairs of answers, one row per respondent and feature."""
    rng, rows = stream("company_kano"), []
    people = respondents("company_kano", STUDY.kano_share)
    for customer, segment in zip(people["customer"], people["segment"], strict=True):
        for feature, letters in STUDY.features.items():
            own = letters[STUDY.segments.index(segment)]
            second, share = STUDY.wavering.get(feature, (own, 0.0))
            held = rng.random()
            if held < share:
                own = second
            elif held > share + STUDY.conviction * (1 - share):
                own = pick(rng, STUDY.other)
            functional, dysfunctional, _weight = PAIRS[own][
                int(pick(rng, {str(i): p[2] for i, p in enumerate(PAIRS[own])}))
            ]
            if rng.random() < STUDY.thoughtless:
                functional = dysfunctional = 1
            rows.append((customer, feature, functional, dysfunctional))
    return pd.DataFrame(rows, columns=["customer", "feature", "functional", "dysfunctional"])


def make_kano_truth() -> pd.DataFrame:
    """Return the true category of each feature in each segment."""
    rows = [
        (feature, segment, letter)
        for feature, letters in STUDY.features.items()
        for segment, letter in zip(STUDY.segments, letters, strict=True)
    ]
    return pd.DataFrame(rows, columns=["feature", "segment", "category"])


def correlations() -> Floats:
    """Return the true correlations of the performance scores."""
    group = np.array([attribute.group for attribute in STUDY.attributes.values()])
    matrix = STUDY.common + STUDY.within * (group[:, None] == group[None, :])
    np.fill_diagonal(matrix, 1.0)
    return matrix


def make_attributes() -> pd.DataFrame:
    """Draw importance and performance, one row per respondent and attribute."""
    rng = stream("company_attributes")
    people = respondents("company_attributes", STUDY.attribute_share)
    truth, n = list(STUDY.attributes.values()), len(people)
    weight = np.array([attribute.weight for attribute in truth])
    # Scores given overall satisfaction, so that the regression of the latter has these weights.
    together = correlations() @ weight
    rest = np.linalg.cholesky(correlations() - np.outer(together, together))
    z = people["satisfaction"].to_numpy()
    score = np.outer(z, together) + rng.standard_normal((n, len(truth))) @ rest.T
    mean = np.array([attribute.performance for attribute in truth])
    performance = np.clip(np.rint(mean + STUDY.spread * score), 1, 10).astype(int)
    lenient = 0.5 * rng.standard_normal((n, 1))
    own = STUDY.stated_spread * rng.standard_normal((n, len(truth)))
    stated = np.array([attribute.stated for attribute in truth]) + lenient + own
    return pd.DataFrame(
        {
            "customer": np.repeat(people["customer"].to_numpy(), len(truth)),
            "attribute": list(STUDY.attributes) * n,
            "importance": np.clip(np.rint(stated), 1, 10).astype(int).ravel(),
            "performance": performance.ravel(),
        }
    )


def make_attributes_truth() -> pd.DataFrame:
    """Return the true weight of each attribute beside its mean stated importance."""
    rows = [(name, a.stated, a.weight, a.performance) for name, a in STUDY.attributes.items()]
    return pd.DataFrame(rows, columns=["attribute", "stated", "weight", "performance"])


def make_service() -> pd.DataFrame:
    """Draw expected and perceived service, one row per respondent and item."""
    rng = stream("company_service")
    people = respondents("company_service", STUDY.service_share)
    n = len(people)
    level = 0.4 * rng.standard_normal(n)  # some expect more of everyone
    noise = np.sqrt(1 - STUDY.feeling**2) * rng.standard_normal(n)
    feeling = STUDY.feeling * people["satisfaction"].to_numpy() + noise
    parts = []
    for name, dimension in STUDY.dimensions.items():
        of_dimension = np.sqrt((1 - STUDY.general) / 2) * rng.standard_normal(n)
        for item in dimension.items:
            shift = 0.25 * rng.standard_normal()
            wish = level + STUDY.expected_spread * rng.standard_normal(n)
            own = np.sqrt((1 - STUDY.general) / 2) * rng.standard_normal(n)
            felt = np.sqrt(STUDY.general) * feeling + of_dimension + own
            expected = dimension.expected + wish
            perceived = dimension.perceived + shift + STUDY.perceived_spread * felt
            answers = {"expected": expected, "perceived": perceived}
            part = pd.DataFrame(
                {key: np.clip(np.rint(value), 1, 7) for key, value in answers.items()}
            ).astype("Int64")
            part = part.mask(rng.random(part.shape) < STUDY.missing)
            part.insert(0, "customer", people["customer"])
            part.insert(1, "item", item)
            part.insert(2, "dimension", name)
            parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    order = table["customer"].map({name: i for i, name in enumerate(people["customer"])})
    return table.iloc[np.argsort(order.to_numpy(), kind="stable")]


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    write(make_kano(), folder / "company_kano.csv.gz")
    write(make_kano_truth(), folder / "company_kano_truth.csv")
    write(make_attributes(), folder / "company_attributes.csv.gz")
    write(make_attributes_truth(), folder / "company_attributes_truth.csv")
    write(make_service(), folder / "company_service.csv.gz")
