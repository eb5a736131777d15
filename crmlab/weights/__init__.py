"""Weights for an index (指标权重): judged, measured, or both.

==========  ====================================================================
judged      `ahp`, `group_ahp`, `comparison_matrix`: pairwise comparisons
measured    `entropy`: what differs most between the objects counts most
both        `combine`: additive or multiplicative
==========  ====================================================================

A result stands for its weights wherever weights are asked for.
"""

from crmlab.weights.combined import CombinedWeights, combine
from crmlab.weights.comparisons import RANDOM_INDEX, AhpWeights, ahp, comparison_matrix, group_ahp
from crmlab.weights.shannon import EntropyWeights, entropy

__all__ = [
    "RANDOM_INDEX",
    "AhpWeights",
    "CombinedWeights",
    "EntropyWeights",
    "ahp",
    "combine",
    "comparison_matrix",
    "entropy",
    "group_ahp",
]
