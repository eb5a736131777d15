"""What a teacher or a contributor is told can be done: commands, files, settings, Binder."""

import os
import re
import subprocess

import pytest
import yaml
from jupyter_book.config import get_final_config

from tools.common import ROOT

PAGES = [ROOT / "book" / "teach" / "publish.md", ROOT / "book" / "how_to_use.md"]
FIRST = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
READMES = [*FIRST, ROOT / "datasets" / "README.md", ROOT / "exercises" / "README.md"]
BINDER = ROOT / "binder"
#: Made by a command and not kept in the repository, or no file at all.
NO_FILES = ("_build/", ".venv", "work/", "/", "text/", "application/")


@pytest.mark.parametrize("path", PAGES + FIRST, ids=lambda path: path.name)
def test_every_make_target_that_is_named_exists(path):
    rules = re.findall(r"^([a-z][a-z -]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    targets = {target for rule in rules for target in rule.split()}
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", path.read_text("utf-8"), re.MULTILINE))
    assert named
    assert named - targets == set()


def test_every_file_that_is_named_exists():
    text = re.sub(r"```.*?```", "", PAGES[0].read_text("utf-8"), flags=re.DOTALL)
    names = set(re.findall(r"`([\w./-]+/[\w./-]*|\w+\.\w{3})`", text))
    kept = {name for name in names if not name.startswith(NO_FILES)}
    assert len(kept) > 10
    assert [name for name in kept if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", READMES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_files_that_a_readme_names_or_links_exist(path):
    text = path.read_text("utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert [link for link in links if not (path.parent / link).exists()] == []
    inside = (
        r"`((?:book|crmlab|datasets|exercises|tests|tools|benchmarks|binder|recipes)/[\w./-]*)[` ]"
    )
    names = {name for name in re.findall(inside, text) if not re.search("NN|ROOM|NAME", name)}
    assert [
        name for name in names if not any((top / name).exists() for top in (ROOT, path.parent))
    ] == []


def test_readme_says_in_one_line_what_each_folder_is_for():
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    folders = {name.partition("/")[0] for name in done.stdout.splitlines() if "/" in name}
    heads = re.findall(r"^\| (`.*?/`) \| .{20,} \|$", FIRST[0].read_text("utf-8"), re.MULTILINE)
    assert {name.strip("`/") for head in heads for name in head.split(", ")} == folders


def settings():
    return yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))


def test_the_settings_that_are_named_exist():
    (block,) = re.findall(r"```\{code-block\} yaml\n(.*?)```", PAGES[0].read_text(), re.DOTALL)
    assert {"title", "author", "copyright", "html"} <= set(settings())
    assert set(yaml.safe_load(block)) <= set(settings()["sphinx"]["config"]["html_theme_options"])


def test_the_settings_reach_the_pages(tmp_path):
    mine = settings()
    mine["title"], mine["html"]["baseurl"] = "Mine", "https://some.org/book"
    options = {"repository_url": "https://github.com/some/book", "repository_branch": "spring"}
    mine["sphinx"]["config"]["html_theme_options"].update(options)
    (tmp_path / "_config.yml").write_text(yaml.safe_dump(mine), "utf-8")
    config, _ = get_final_config(
        user_yaml=tmp_path / "_config.yml",
        sourcedir=ROOT / "book",
        cli_config={"latex_individualpages": False},
    )

    assert config["html_title"] == "Mine"
    assert config["html_baseurl"] == "https://some.org/book"
    assert options.items() <= config["html_theme_options"].items()


def test_binder_has_the_python_and_the_lock_of_the_book():
    python = re.search(r"^PYTHON \?= python(.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert (BINDER / "runtime.txt").read_text().strip() == f"python-{python[1]}"
    reference = (BINDER / "requirements.txt").read_text().strip().removeprefix("-r ")
    assert (BINDER / reference).resolve() == ROOT / "requirements.txt"
    assert "--hash=sha256:" in (ROOT / "requirements.txt").read_text()


def test_binder_s_script_can_be_run():
    script = BINDER / "postBuild"
    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/bin/bash\n")
    subprocess.run(["bash", "-n", script], check=True)
    # What it builds with is in the lock: it builds without asking for anything else.
    lock = (ROOT / "requirements.txt").read_text()
    assert "--no-build-isolation" in script.read_text()
    assert re.search(r"^hatchling==", lock, re.MULTILINE)
    assert re.search(r"^editables==", lock, re.MULTILINE)
