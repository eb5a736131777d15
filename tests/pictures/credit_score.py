"""Results of the scorecard, one of each class with a picture."""

from crmlab import credit, datasets
from crmlab._result import Drawable


def results() -> list[Drawable]:
    """Return at least one result of each class."""
    people = datasets.load("german_credit")
    features, bad = people.drop(columns="bad"), people["bad"]
    card = credit.Scorecard(features=["checking", "duration", "age", "purpose"])
    card.fit(features, bad)
    score, chance = card.score(features), card.predict_probability(features)
    young = people["age"].lt(26).map({True: "below 26", False: "26 or more"})
    out = people["checking"] == "below 0"
    numbers = people[["duration", "amount", "age"]]
    return [
        credit.woe(people["checking"], bad),
        card.woe_["purpose"],
        credit.logit(numbers, bad),
        credit.discrimination(score, bad),
        credit.calibration(chance, bad),
        credit.cut_offs(score, bad, 1, 5),
        credit.population_stability(score, score[people["age"] < 30]),
        credit.characteristic_stability(card, people, people[people["age"] < 30]),
        credit.reject_inference(card.copy(unseen="neutral"), people[~out], bad[~out], people[out]),
        credit.fairness(score > score.median(), bad, young),
        credit.leave_out(card, features, bad, ["age"], young, folds=3),
        card.reasons(features.iloc[[1]]),
        card.cross_validate(features, bad, folds=3),
    ]
