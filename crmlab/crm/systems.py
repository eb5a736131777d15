"""What a CRM system is: functions, kinds, for whom, how far it is joined with the rest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmlab import _checks
from crmlab._result import Drawable
from crmlab._text import _

if TYPE_CHECKING:
    import pandas as pd

#: Kinds of CRM by function, with what each is for.
KINDS: dict[str, tuple[str, str]] = {
    "operational": ("操作型", _("carries out daily work in selling, marketing and service")),
    "collaborative": ("协作型", _("joins the ways by which customers and the firm talk")),
    "analytical": ("分析型", _("turns what the other two have recorded into decisions")),
}
#: Functions: Chinese term, kind, tasks.
FUNCTIONS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "customer information": (
        "客户信息管理", "operational",
        ("keep addresses", "record contacts", "show one customer", "keep a blacklist"),
    ),
    "sales": (
        "销售管理", "operational",
        ("plan visits", "track offers", "forecast sales", "settle commission"),
    ),
    "marketing": (
        "营销管理", "operational",
        ("plan a campaign", "send newsletters", "follow up leads", "keep a price list"),
    ),
    "service": (
        "服务管理", "operational",
        ("take complaints", "dispatch repairs", "answer enquiries", "keep contracts"),
    ),
    "channels": (
        "渠道管理", "collaborative",
        ("route calls", "answer on the web", "share a calendar", "connect partners"),
    ),
    "analysis": (
        "客户分析", "analytical",
        ("grade customers", "predict churn", "measure a campaign", "compare regions"),
    ),
}  # fmt: skip
TARGETS: dict[str, str] = {
    "small and medium": "中小企业CRM",
    "mid-market": "中端CRM",
    "enterprise": "企业级CRM",
}
INTEGRATIONS: dict[str, str] = {
    "single application": "专项应用",
    "integrated CRM": "整合应用",
    "enterprise integration": "企业集成应用",
}


def crm_functions() -> "pd.DataFrame":
    """Functions of a CRM system, each with its kind and examples of tasks (客户关系管理的功能).

    Returns
    -------
    DataFrame
        Indexed by function: chinese, kind, kind_chinese, tasks.

    Examples
    --------
    >>> crm_functions().groupby("kind", sort=False).size().to_dict()
    {'operational': 4, 'collaborative': 1, 'analytical': 1}
    """
    import pandas as pd

    return pd.DataFrame(
        {
            "chinese": [chinese for chinese, _kind, _tasks in FUNCTIONS.values()],
            "kind": [kind for _chinese, kind, _tasks in FUNCTIONS.values()],
            "kind_chinese": [KINDS[kind][0] for _chinese, kind, _tasks in FUNCTIONS.values()],
            "tasks": ["; ".join(tasks) for _chinese, _kind, tasks in FUNCTIONS.values()],
        },
        index=pd.Index(FUNCTIONS, name="function"),
    )


@dataclass(frozen=True, eq=False)
class SystemNeeds(Drawable):
    """Which functions a list of tasks needs, made by :func:`needed_functions`.

    Attributes
    ----------
    table : DataFrame
        One row per function: kind, tasks (how many of the list), needed, there.
    unknown : tuple of str
        Tasks that the catalogue does not hold: somebody has to say where they belong.

    Examples
    --------
    >>> found = needed_functions(["record contacts", "take complaints", "predict churn"],
    ...     have=["customer information"])
    >>> found
    SystemNeeds(3 tasks; missing: service, analysis)
    >>> found.to_frame()
                                   kind  tasks  needed  there
    function
    customer information    operational      1    True   True
    sales                   operational      0   False  False
    marketing               operational      0   False  False
    service                 operational      1    True  False
    channels              collaborative      0   False  False
    analysis                 analytical      1    True  False
    """

    _picture = "system_needs"

    table: "pd.DataFrame"
    unknown: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Functions that are needed and not there."""
        return tuple(self.table.index[self.table["needed"] & ~self.table["there"]])

    @property
    def unused(self) -> tuple[str, ...]:
        """Functions that are there and that no task needs."""
        return tuple(self.table.index[self.table["there"] & ~self.table["needed"]])

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of CRM that the tasks need."""
        needed = set(self.table.loc[self.table["needed"], "kind"])
        return tuple(kind for kind in KINDS if kind in needed)

    def to_frame(self) -> "pd.DataFrame":
        """Return the table, one row per function.

        Returns
        -------
        DataFrame
        """
        return self.table

    def __repr__(self) -> str:
        gap = ", ".join(self.missing) or "nothing"
        return f"SystemNeeds({self.table['tasks'].sum()} tasks; missing: {gap})"


def needed_functions(
    tasks: Sequence[str],
    have: Iterable[str] = (),
    catalogue: Mapping[str, str] | None = None,
) -> SystemNeeds:
    """Find out which functions of a CRM system a list of tasks needs (功能需求分析).

    Parameters
    ----------
    tasks : sequence of str
        What people in the firm have to do; the words of the catalogue.
    have : iterable of str
        Functions that are there already.
    catalogue : mapping of str to str, optional
        The function that each task needs. Added to the tasks of :func:`crm_functions`, and stronger
        than these.

    Returns
    -------
    SystemNeeds
        With ``.missing``, ``.unused``, ``.kinds``, ``.unknown``, ``.to_frame()`` and ``.plot()``.

    Raises
    ------
    ValueError, TypeError
        If there is no task, or a function is unknown.

    Examples
    --------
    >>> found = needed_functions(["record contacts", "take complaints", "predict churn"],
    ...     have=["customer information"])
    >>> found.missing, found.kinds
    (('service', 'analysis'), ('operational', 'analytical'))
    """
    import pandas as pd

    tasks = _checks.listed(tasks, "tasks", "tasks", ordered=False)
    if not tasks:
        raise ValueError(f"tasks must be a list of at least one task; got {tasks!r}")
    there = _known(have, "have")
    known = {task: name for name, (_c, _k, listed) in FUNCTIONS.items() for task in listed}
    if catalogue is not None:
        catalogue = _checks.mapped(catalogue, "catalogue", "tasks to functions")
        _known(catalogue.values(), "catalogue")
        known |= dict(catalogue)
    counts = dict.fromkeys(FUNCTIONS, 0)
    unknown = []
    for task in tasks:
        if task in known:
            counts[known[task]] += 1
        else:
            unknown.append(str(task))
    table = pd.DataFrame(
        {
            "kind": [kind for _chinese, kind, _tasks in FUNCTIONS.values()],
            "tasks": list(counts.values()),
            "needed": [size > 0 for size in counts.values()],
            "there": [name in there for name in FUNCTIONS],
        },
        index=pd.Index(FUNCTIONS, name="function"),
    )
    return SystemNeeds(table, tuple(unknown))


def _known(names: Any, argument: str) -> set[str]:
    names = _checks.listed(names, argument, "functions", ordered=False)
    return {_checks.choice(name, argument, tuple(FUNCTIONS)) for name in names}


@dataclass(frozen=True)
class SystemType:
    """What kind of CRM system it is in three ways, made by :func:`classify_system`.

    Attributes
    ----------
    kinds : tuple of str
        By function: operational, collaborative, analytical.
    target : str
        By the firm that it is for: small and medium, mid-market, enterprise.
    integration : str
        By how far it is joined: single application, integrated CRM, enterprise integration.

    Examples
    --------
    >>> found = classify_system(["sales", "service", "analysis"], employees=60)
    >>> found
    SystemType(operational + analytical; small and medium; integrated CRM)
    >>> found.to_frame()
                                        type    chinese
    way
    by function     operational + analytical  操作型 + 分析型
    by target               small and medium    中小企业CRM
    by integration            integrated CRM       整合应用
    """

    kinds: tuple[str, ...]
    target: str
    integration: str

    def to_frame(self) -> "pd.DataFrame":
        """One row per way of classifying: type, chinese.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        rows = [
            (" + ".join(self.kinds), " + ".join(KINDS[kind][0] for kind in self.kinds)),
            (self.target, TARGETS[self.target]),
            (self.integration, INTEGRATIONS[self.integration]),
        ]
        index = pd.Index(["by function", "by target", "by integration"], name="way")
        return pd.DataFrame(rows, index, ["type", "chinese"])

    def __repr__(self) -> str:
        return f"SystemType({' + '.join(self.kinds)}; {self.target}; {self.integration})"


def classify_system(
    functions: Iterable[str], employees: int, regions: int = 1, connected: Sequence[str] = ()
) -> SystemType:
    """Classify a CRM system by function, target company and integration (CRM的类型).

    Parameters
    ----------
    functions : iterable of str
        Functions of :func:`crm_functions` that it has, at least one.
    employees : int
        Size of the firm that it is for.
    regions : int
        Regions in which the firm works.
    connected : sequence of str
        Other systems with which it exchanges data, such as "ERP" or "supply chain".

    Returns
    -------
    SystemType
        With ``.kinds``, ``.target``, ``.integration`` and ``.to_frame()``.

    Raises
    ------
    ValueError, TypeError
        If a function is unknown, there is none, or a number is below 1.

    Notes
    -----
    The borders are conventions: below 200 people small and medium; 200 and more in several regions
    mid-market; enterprise from 1,000 people on, which is ours, for no common number exists. A firm
    of 200 to 999 people in one region counts as small and medium.

    Examples
    --------
    >>> classify_system(["sales", "service", "analysis"], employees=60)
    SystemType(operational + analytical; small and medium; integrated CRM)
    """
    has = _known(functions, "functions")
    if not has:
        raise ValueError("functions must name at least one function; got none")
    size = _checks.count(employees, "employees")
    places = _checks.count(regions, "regions")
    connected = _checks.listed(connected, "connected", "systems", ordered=False)
    kinds = {FUNCTIONS[name][1] for name in has}
    if size >= 1000:
        target = "enterprise"
    else:
        target = "mid-market" if size >= 200 and places > 1 else "small and medium"
    if len(connected):
        joined = "enterprise integration"
    else:
        joined = "single application" if len(has) == 1 else "integrated CRM"
    return SystemType(tuple(kind for kind in KINDS if kind in kinds), target, joined)
