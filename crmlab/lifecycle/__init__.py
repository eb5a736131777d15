"""The customer lifecycle (客户生命周期): stages, patterns, lifetimes, profit by year."""

__all__: list[str] = []
