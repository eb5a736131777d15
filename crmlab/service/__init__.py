"""Service (客户服务): cases as state machines, complaints, staffing, churn and win-back."""

__all__: list[str] = []
