"""The satisfaction index (顾客满意度指数)."""

from crmlab.index.path_model import PathModel
from crmlab.index.path_results import ImpactPerformance, PathBootstrap, PathDiagram, SegmentIndex
from crmlab.index.path_spec import Block, PathSpec, acsi, ecsi, scsb

__all__ = [
    "Block",
    "ImpactPerformance",
    "PathBootstrap",
    "PathDiagram",
    "PathModel",
    "PathSpec",
    "SegmentIndex",
    "acsi",
    "ecsi",
    "scsb",
]
