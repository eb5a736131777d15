"""The customer lifecycle (客户生命周期): stages, patterns, lifetimes and profit of a relationship."""

__all__: list[str] = []
