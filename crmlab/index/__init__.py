"""The satisfaction index (顾客满意度指数): one module per way to make one.

====================  ========================================================================
structural model      `PathModel` with `Block`; ready models `acsi`, `ecsi`, `scsb`; one's own with
                      `PathSpec`; the formula by itself: `index_score`
fuzzy evaluation      `fuzzy_evaluation`, `fuzzy_operators`, `fuzzy_levels`, `fuzzy_membership`,
                      `validity_word`
principal components  `principal_components`
econometric           `linear_regression`, `ordered_logit`
====================  ========================================================================
"""

from crmlab.index.components import PrincipalComponents, principal_components
from crmlab.index.econometric import (
    OrderedLogit,
    SatisfactionRegression,
    linear_regression,
    ordered_logit,
)
from crmlab.index.fuzzy import (
    FuzzyEvaluation,
    FuzzyOperators,
    fuzzy_evaluation,
    fuzzy_levels,
    fuzzy_membership,
    fuzzy_operators,
    validity_word,
)
from crmlab.index.path_model import PathModel
from crmlab.index.path_results import ImpactPerformance, PathBootstrap, PathDiagram, SegmentIndex
from crmlab.index.path_spec import Block, PathSpec, acsi, ecsi, scsb
from crmlab.index.score import index_score

__all__ = [
    "Block",
    "FuzzyEvaluation",
    "FuzzyOperators",
    "ImpactPerformance",
    "OrderedLogit",
    "PathBootstrap",
    "PathDiagram",
    "PathModel",
    "PathSpec",
    "PrincipalComponents",
    "SatisfactionRegression",
    "SegmentIndex",
    "acsi",
    "ecsi",
    "fuzzy_evaluation",
    "fuzzy_levels",
    "fuzzy_membership",
    "fuzzy_operators",
    "index_score",
    "linear_regression",
    "ordered_logit",
    "principal_components",
    "scsb",
    "validity_word",
]
