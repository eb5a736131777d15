"""Customer satisfaction (客户满意): one module per way to measure it or to manage it.

=================  ==========================================================================
perception         `disconfirmation`: perception against expectation
Kano's model       `kano`, `kano_segments`, `kano_from_counts`, `kano_category`,
                   `evaluation_table`, `fong_critical`
four quadrants     `importance_performance`, `derived_importance`
service quality    `servqual`, `five_gaps`
indicators         `indicators`, `top_box`, `net_promoter_score`, `sample_size`,
                   `margin_of_error`
scales             `likert`, `reverse_items`, `cronbach_alpha`, `survey_score`,
                   `semantic_profile`
expectation        `expectation_path`, `keep_ratio`
=================  ==========================================================================
"""

from crmlab.satisfaction.expectation import ExpectationPath, expectation_path, keep_ratio
from crmlab.satisfaction.importance import (
    QUADRANTS,
    DerivedImportance,
    ImportancePerformance,
    derived_importance,
    importance_performance,
)
from crmlab.satisfaction.indicators import (
    Indicators,
    NetPromoterScore,
    TopBox,
    indicators,
    margin_of_error,
    net_promoter_score,
    sample_size,
    top_box,
)
from crmlab.satisfaction.kano import (
    CATEGORIES,
    Kano,
    KanoCurves,
    KanoSegments,
    evaluation_table,
    fong_critical,
    kano,
    kano_category,
    kano_from_counts,
    kano_segments,
)
from crmlab.satisfaction.perception import Disconfirmation, disconfirmation
from crmlab.satisfaction.quality import (
    GAPS,
    SERVQUAL_DIMENSIONS,
    FiveGaps,
    Servqual,
    five_gaps,
    servqual,
)
from crmlab.satisfaction.scales import (
    LikertScale,
    Reliability,
    SemanticProfile,
    SurveyScore,
    cronbach_alpha,
    likert,
    reverse_items,
    semantic_profile,
    survey_score,
)

__all__ = [
    "CATEGORIES",
    "GAPS",
    "QUADRANTS",
    "SERVQUAL_DIMENSIONS",
    "DerivedImportance",
    "Disconfirmation",
    "ExpectationPath",
    "FiveGaps",
    "ImportancePerformance",
    "Indicators",
    "Kano",
    "KanoCurves",
    "KanoSegments",
    "LikertScale",
    "NetPromoterScore",
    "Reliability",
    "SemanticProfile",
    "Servqual",
    "SurveyScore",
    "TopBox",
    "cronbach_alpha",
    "derived_importance",
    "disconfirmation",
    "evaluation_table",
    "expectation_path",
    "five_gaps",
    "fong_critical",
    "importance_performance",
    "indicators",
    "kano",
    "kano_category",
    "kano_from_counts",
    "kano_segments",
    "keep_ratio",
    "likert",
    "margin_of_error",
    "net_promoter_score",
    "reverse_items",
    "sample_size",
    "semantic_profile",
    "servqual",
    "survey_score",
    "top_box",
]
