"""Buy till you die: who still buys, how often, and for how much (顾客购买与流失的概率模型).

===================  ============================================================
`rfm_summary`        a log of purchases to frequency, recency and T per customer
===================  ============================================================
"""

from crmlab.btyd.summary import rfm_summary

__all__ = ["rfm_summary"]
