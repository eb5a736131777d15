"""Customer credit (客户信用): rating, scorecards, terms, receivables, limits, collection."""

__all__: list[str] = []
