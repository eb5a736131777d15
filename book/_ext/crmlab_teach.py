"""Show on pages for teachers what the command ``crmlab teach`` makes from the same sources.

The directive ``{term-plan}`` shows the usual term, ``{milestones}`` what teams hand in when,
``{project-rubric}`` how that is marked (with another rubric, if its file is named), and
``{question-counts}`` what the bank holds.
"""

from abc import abstractmethod
from collections import Counter
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from crmlab.course.bank.draw import read_bank
from crmlab.course.teach import lay_out, on_shelf, read_plan, read_rubric
from crmlab.course.teach.forms import as_markdown, table

PLAN, RUBRIC = Path("teach", "plan.toml"), Path("teach", "rubric.toml")


class _FromSource(SphinxDirective):
    """A table made from files of the course, and made again at each build."""

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()
        return self.parse_text_to_nodes(self.markdown(Path(self.env.srcdir)))

    @abstractmethod
    def markdown(self, book: Path) -> str:
        """Return the table."""


class TermPlan(_FromSource):
    """The usual term."""

    def markdown(self, book: Path) -> str:
        """Lay it out."""
        shelf = on_shelf(book, book.parent / "exercises")
        return as_markdown(table(lay_out(read_plan(book / PLAN)), shelf))


class Milestones(_FromSource):
    """What teams hand in."""

    def markdown(self, book: Path) -> str:
        """List them."""
        lines = [[str(one.week), one.text] for one in read_plan(book / PLAN).milestones]
        return as_markdown([["week", "what is due"], *lines])


class RubricTable(_FromSource):
    """A rubric of the team project: the usual one, or the one in the file that is named."""

    optional_arguments = 1

    def markdown(self, book: Path) -> str:
        """Write a row for each criterion and level: six columns would not fit the page."""
        file = Path("teach", self.arguments[0]) if self.arguments else RUBRIC
        rubric = read_rubric(book / file)
        lines = [["criterion", "level", "points", "what it looks like"]]
        for one in rubric.criteria:
            for n, (level, text) in enumerate(zip(rubric.levels, one.descriptors, strict=True)):
                name = "" if n else f"**{one.name}**"
                lines.append([name, level.name, f"{level.share * one.points:g}", text])
        return as_markdown(lines)


class QuestionCounts(_FromSource):
    """How many questions the bank has."""

    def markdown(self, book: Path) -> str:
        """Count them by file and kind."""
        kinds = ["single", "multiple", "number"]
        lines = [["file", "questions", *kinds]]
        for file in sorted((book / "quizzes").glob("*.toml")):
            counts = Counter(question.kind for question in read_bank([file]))
            numbers = [sum(counts.values()), *(counts[kind] for kind in kinds)]
            lines.append([f"`{file.name}`", *map(str, numbers)])
        return as_markdown(lines)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.add_directive("term-plan", TermPlan)
    app.add_directive("milestones", Milestones)
    app.add_directive("project-rubric", RubricTable)
    app.add_directive("question-counts", QuestionCounts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
