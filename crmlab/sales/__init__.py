"""Selling (销售管理): the funnel, forecasts, the chain of customer stages, priorities, pay."""

__all__: list[str] = []
