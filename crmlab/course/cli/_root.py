"""The command ``crmlab`` itself: which commands there are, and what an error looks like."""

import importlib
from collections.abc import Mapping
from typing import IO, Any

import click

import crmlab
from crmlab._text import _


class Commands(click.Group):
    """A group that knows the first sentence of each command and loads one when it is called.

    The command ``NAME`` is the function ``NAME`` of the module ``crmlab.course.cli.NAME``.
    """

    def __init__(self, *args: Any, sentences: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.sentences = sentences

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which a term needs them."""
        return list(self.sentences)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Load the command."""
        if name not in self.sentences:
            return None
        command: click.Command = getattr(importlib.import_module(f"crmlab.course.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading any."""
        with formatter.section(_("Commands")):
            formatter.write_dl(list(self.sentences.items()))


class Refused(click.ClickException):
    """One line on the error stream, and exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Say who speaks, and what is wrong."""
        click.echo(f"crmlab: {self.format_message()}", err=True, file=file)


class _Stopped(Refused):
    exit_code = 130  # what a shell expects after Ctrl-C


class _Root(Commands):
    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; tell what the user can mend in one line, without a traceback."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # the reader of our output has left: click ends quietly
        except OSError as error:
            raise Refused(_said(error)) from error
        except ValueError as error:
            raise Refused(str(error)) from error
        except KeyboardInterrupt as error:
            raise _Stopped(_("stopped")) from error
        except ModuleNotFoundError as error:
            if (error.name or "crmlab").split(".")[0] == "crmlab":
                raise
            raise Refused(
                _("this command needs {name}: install crmlab[labs]").format(name=error.name)
            ) from error


def _said(error: OSError) -> str:
    """Return the file and what the system says of it, without the error's number."""
    if error.filename is None or error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}"


root = _Root(
    "crmlab",
    sentences={
        "labs": _("Make the labs of the course, and grade what students hand in."),
        "gradebook": _("Make the final marks of a term, and show how each came about."),
        "quiz": _("Check the question bank, and export it."),
        "teach": _("Make the teacher's kit."),
        "datasets": _("List the data sets of the course."),
    },
    help=_(
        """Run a course on customer relationship management: labs, grading, marks, data.

        Every command explains itself with --help, for example: crmlab labs build --help

        \b
        Exit codes:
          0  done
          1  refused: one line says what is wrong
          2  the command was not understood

        \b
        To complete commands with the Tab key, put this into ~/.bashrc
        (zsh: zsh_source, ~/.zshrc):
          eval "$(_CRMLAB_COMPLETE=bash_source crmlab)"
        """
    ),
)
click.version_option(crmlab.__version__, message="crmlab %(version)s")(root)
