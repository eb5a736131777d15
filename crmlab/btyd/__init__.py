"""Buy till you die: who still buys, how often, and for how much (顾客购买与流失的概率模型).

===================  ============================================================
`rfm_summary`        a log of purchases to frequency, recency and T per customer,
                     on pandas, Polars, PyArrow, DuckDB, Dask or Spark
`holdout_summary`    the same up to a day, and what came after it
`merge_counts`       distinct rows and how many customers have them, to fit on
`score`              chance to be alive and purchases to come, on the same engine
===================  ============================================================
"""

from crmlab.btyd.counts import merge_counts, score
from crmlab.btyd.summary import holdout_summary, rfm_summary

__all__ = ["holdout_summary", "merge_counts", "rfm_summary", "score"]
