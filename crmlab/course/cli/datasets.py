"""``crmlab datasets``: what data there are."""

import click

from crmlab._text import _


@click.command(
    help=_(
        """List the data sets of the course: name, rows, real or simulated, title.

        It reads the cards that come with the data and writes a table.

        \b
        Example:
          crmlab datasets
        """
    )
)
def datasets() -> None:
    """Write one line for each card."""
    from crmlab import datasets as data

    cards = [data.card(name) for name in data.names()]
    rows = [(_("name"), _("rows"), _("kind"), _("title"))] + [
        (card.name, f"{card.rows:,}", _("simulated") if card.synthetic else _("real"), card.title)
        for card in cards
    ]
    widths = [max(len(row[n]) for row in rows) for n in range(3)]
    for name, count, kind, title in rows:
        click.echo(f"{name:<{widths[0]}}  {count:>{widths[1]}}  {kind:<{widths[2]}}  {title}")
