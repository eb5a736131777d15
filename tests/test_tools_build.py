"""The scripts behind the Makefile: fingerprints, vendored files, downloads, the server."""

import base64
import hashlib
import io
import json
import re
import tarfile
import threading
import tomllib
import urllib.error
import urllib.request
import zipfile

import nbformat
import pytest
from jupyter_cache import get_cache

import crmlab
from tools import common, environment, lab, lite, site, vendor


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Lay out a small checkout and point the scripts to it."""
    for name in (
        "crmlab",
        "datasets",
        "exercises",
        "book/_static",
        "book/_ext",
        "book/quizzes",
        "tools/live",
    ):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file.txt").write_text(name)
    for name in ("requirements.txt", "pyproject.toml", "_config.yml", "book/_toc.yml"):
        (tmp_path / name).write_text(name)
    (tmp_path / "book" / "page.md").write_text("# Page\n")
    (tmp_path / "tools" / "vendor.toml").write_text("")
    build, book = tmp_path / "_build", tmp_path / "book"
    monkeypatch.setattr(common, "ROOT", tmp_path)
    for name, value in {
        **{"ROOT": tmp_path, "BUILD": build, "BOOK": book, "HTML": build / "html"},
        **{"EXTRA": build / "extra", "LABS": build / "labs", "STAMP": build / "site.json"},
        "CODE": [tmp_path / "crmlab", tmp_path / "datasets", tmp_path / "requirements.txt"],
        "FRAME": [tmp_path / "_config.yml", book / "_toc.yml", book / "_static", book / "_ext"],
    }.items():
        monkeypatch.setattr(site, name, value)
    return tmp_path


# ---- fingerprints


def changed(root, name, text="changed"):
    """Tell which fingerprints change with a file."""
    before = site.fingerprints()
    (root / name).write_text(text)
    after = site.fingerprints()
    return {key for key in before if before[key] != after[key]}


@pytest.mark.parametrize(
    ("name", "which"),
    [
        ("book/page.md", {"site"}),
        ("book/new.md", {"site", "frame"}),
        ("book/_toc.yml", {"site", "frame"}),
        ("_config.yml", {"site", "frame"}),
        ("book/_static/file.txt", {"site", "frame"}),
        ("exercises/file.txt", {"site", "labs", "lite"}),
        ("crmlab/file.txt", {"site", "outputs", "labs", "lite"}),
        ("datasets/new.csv", {"site", "outputs", "labs", "lite"}),
        ("requirements.txt", {"site", "outputs", "labs", "lite"}),
        ("tools/vendor.toml", {"site", "lite"}),
        ("tools/live/new.json", {"site", "lite"}),
        ("book/quizzes/file.txt", {"site", "outputs", "lite"}),
        ("README.md", set()),
    ],
)
def test_a_changed_file_renews_what_depends_on_it(root, name, which):
    assert changed(root, name) == which


def test_python_s_own_files_change_nothing(root):
    (root / "crmlab" / "__pycache__").mkdir()
    assert changed(root, "crmlab/__pycache__/a.pyc") == set()


def test_a_digest_knows_names_and_contents_apart(tmp_path):
    (tmp_path / "a").write_text("b")
    first = common.digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert common.digest(tmp_path) != first
    assert common.digest(tmp_path) == common.digest(tmp_path)
    assert common.digest(tmp_path, extra="more") != common.digest(tmp_path)


# ---- what a build does


@pytest.fixture
def builds(root, monkeypatch):
    """Record the commands of a build instead of running them."""
    commands = []

    def run(*command, **_options):
        commands.append(command[0].name)
        if command[0].name == "jupyter-book":
            site.HTML.mkdir(exist_ok=True)
            (site.HTML / "index.html").write_text("page")
        elif command[0].name == "crmlab":
            (site.LABS / "lab1").mkdir(parents=True)
            (site.LABS / "lab1" / "lab1.ipynb").write_text("{}")
        else:
            (site.EXTRA / "files").mkdir()

    def build_lite(target, *_, offline):
        commands.append("offline lite" if offline else "lite")
        target.mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(site, "run", run)
    monkeypatch.setattr(site, "execute", lambda env: commands.append("notebooks"))
    monkeypatch.setattr(site, "vendor", lambda: None)
    monkeypatch.setattr(site.lite, "build", build_lite)
    return commands


def test_all_notebooks_wait_in_the_cache_that_is_told_to_run(root, monkeypatch):
    ran = []
    monkeypatch.setattr(site, "run", lambda *command, **options: ran.append((command, options)))
    notebooks = [root / "book" / f"{name}.ipynb" for name in ("one", "two")]
    for path in notebooks:
        nbformat.write(nbformat.v4.new_notebook(), path)
    monkeypatch.setattr(site, "chapters", lambda: notebooks)

    site.execute({"CRMLAB_WIDGETS": "frames"})
    ((command, options),) = ran
    assert command[0].name == "jcache"
    assert "local-parallel" in command
    assert options["env"] == {"CRMLAB_WIDGETS": "frames"}
    waiting = get_cache(site.BUILD / ".jupyter_cache").list_unexecuted()
    assert [record.uri for record in waiting] == [str(path) for path in notebooks]


def test_the_second_build_does_nothing(builds):
    site.build()
    assert builds == ["crmlab", "hatchling", "lite", "notebooks", "jupyter-book"]
    assert (site.HTML / "labs" / "lab1.zip").is_file()
    assert site.is_current()
    site.build()
    assert len(builds) == 5


def test_a_changed_sentence_keeps_the_outputs_and_changed_code_does_not(root, builds):
    site.build()
    cache = site.BUILD / ".jupyter_cache"
    cache.mkdir()

    (root / "book" / "page.md").write_text("# Another\n")
    site.build()
    assert builds[5:] == ["notebooks", "jupyter-book"]
    assert cache.is_dir()

    (root / "crmlab" / "file.txt").write_text("new formula")
    site.build()
    assert builds[7:] == ["crmlab", "hatchling", "lite", "notebooks", "jupyter-book"]
    assert not cache.exists()


def test_the_other_edition_is_built_when_it_is_asked_for(builds, monkeypatch):
    site.build()
    monkeypatch.setenv("OFFLINE", "1")
    assert not site.is_current()
    site.build()
    assert builds[5:] == ["offline lite", "notebooks", "jupyter-book"]


def test_pages_of_a_changed_list_of_chapters_do_not_stay(root, builds):
    site.build()
    (site.HTML / "old.html").write_text("old")
    (root / "book" / "new.md").write_text("# New\n")
    site.build()
    assert not (site.HTML / "old.html").exists()


def test_a_build_that_failed_is_not_taken_for_a_site(root, builds, monkeypatch):
    site.build()
    (root / "book" / "page.md").write_text("# Broken\n")
    monkeypatch.setattr(site, "run", lambda *_, **__: (_ for _ in ()).throw(SystemExit(1)))
    with pytest.raises(SystemExit):
        site.build()
    (root / "book" / "page.md").write_text("# Page\n")
    assert not site.is_current()


def test_the_same_files_make_the_same_zip(tmp_path):
    folder = tmp_path / "lab1"
    folder.mkdir()
    (folder / "lab1.ipynb").write_text("{}")
    (folder / "checks.json").write_text("[]")
    site.pack(folder, tmp_path / "one.zip")
    (folder / "checks.json").touch()
    site.pack(folder, tmp_path / "two.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == ["lab1/checks.json", "lab1/lab1.ipynb"]


# ---- the server


@pytest.fixture
def server(tmp_path):
    (tmp_path / "index.html").write_text("front")
    (tmp_path / "secret").mkdir()
    with site.serve(tmp_path, below="/course/") as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def test_the_server_serves_below_its_path_only(server):
    home = f"http://127.0.0.1:{server.server_port}"
    with urllib.request.urlopen(f"{home}/course/index.html") as answer:
        assert answer.read() == b"front"
    for outside in ("/index.html", "/", "/other/index.html", "/course/../index.htm"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(home + outside)


def test_a_port_in_use_gives_another_one(server, tmp_path):
    with site.serve(tmp_path, port=server.server_port) as second:
        assert second.server_port not in (0, server.server_port)
        assert second.server_address[0] == "127.0.0.1"


# ---- vendored packages


def archive(folder, names):
    path = folder / "package.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(name)
            tar.addfile(info, io.BytesIO(name.encode()))
    return path


def test_only_the_wanted_files_are_unpacked(tmp_path):
    names = ["package/dist/a.js", "package/dist/fonts/f.woff", "package/a.js", "../dist/a.js"]
    package = {"name": "x", "strip": "dist", "files": ["a.js", "fonts/*.woff"]}
    vendor.unpack(archive(tmp_path, names), package, tmp_path / "out")

    assert (tmp_path / "out" / "a.js").read_text() == "package/dist/a.js"
    assert len(common.files(tmp_path / "out")) == 2


def test_a_wanted_file_that_is_not_there_is_an_error(tmp_path):
    package = {"name": "x", "strip": "", "files": ["missing.js"]}
    with pytest.raises(vendor.VendorError, match=r"x has no file 'missing\.js'"):
        vendor.unpack(archive(tmp_path, ["package/a.js"]), package, tmp_path / "out")


def test_another_file_than_the_written_one_is_refused(tmp_path):
    path = archive(tmp_path, ["package/a.js"])
    right = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    vendor.verify(path, f"sha512-{right}")
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(vendor.VendorError, match=r"not the file that was written down"):
        vendor.verify(path, f"sha512-{right}")


def test_the_list_is_complete_and_names_no_address():
    for package in vendor.packages():
        assert package["integrity"].startswith("sha512-")
        assert package["version"].count(".") == 2
    assert "://" not in vendor.LIST.read_text()


# ---- the environment


def test_an_old_python_and_a_missing_module_are_told(monkeypatch):
    assert environment.complaint() is None
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    assert "apt-get install python3" in environment.complaint()
    monkeypatch.setattr(environment, "OLDEST", (99, 0))
    assert "Python 3.11 or newer" in environment.complaint()


@pytest.fixture
def installs(tmp_path, monkeypatch):
    """Record the commands of an installation into another folder instead of running them."""
    ran = []
    monkeypatch.setattr(environment, "run", lambda *command: ran.append(command))
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / "venv")
    monkeypatch.setattr(environment, "BUILD", tmp_path / "build")
    return ran


def test_the_developers_environment_serves_readers_too(installs, tmp_path):
    environment.install("book")
    assert len(installs) == 4
    environment.install("book")
    assert len(installs) == 4
    environment.install("dev")
    environment.install("book")
    assert len(installs) == 8
    assert set(json.loads((tmp_path / "venv/installed.json").read_text())) == {"book", "dev"}


def test_peers_have_an_environment_of_their_own(installs, tmp_path):
    environment.install("dev")
    environment.install("peers")
    assert len(installs) == 8
    assert installs[5][0] == tmp_path / "build" / "peers" / "bin" / "python"
    assert set(json.loads((tmp_path / "build/peers/installed.json").read_text())) == {"peers"}
    assert set(json.loads((tmp_path / "venv/installed.json").read_text())) == {"book", "dev"}


@pytest.mark.parametrize("kind", ["oldest", "newest"])
def test_both_ends_of_the_versions_have_an_environment_of_their_own(installs, tmp_path, kind):
    environment.install(kind)
    assert installs[1][0] == tmp_path / "build" / kind / "bin" / "python"
    assert "--hash=sha256:" in environment.LOCKS[kind].read_text()


def test_the_oldest_lock_holds_the_lower_bounds():
    project = tomllib.loads((common.ROOT / "pyproject.toml").read_text())["project"]
    lock = environment.LOCKS["oldest"].read_text()
    wanted = [*project["dependencies"], *project["optional-dependencies"]["learn"]]
    for name, bound in (text.split(">=") for text in wanted):
        # A first release that was withdrawn gives way to the next.
        assert re.search(rf"^{name}=={re.escape(bound)}(\.\d+)? ", lock, re.MULTILINE), name


def test_every_room_of_models_is_tested_at_both_ends():
    (listed,) = re.findall(r"^rooms := (.*)$", (common.ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(listed.split()) == set(crmlab.__all__) - {"course"}


def test_requirements_are_installed_by_their_hashes(installs):
    environment.install("dev")
    assert ("--require-hashes", "-r", environment.LOCKS["dev"]) == installs[1][-3:]


# ---- the reader's own copies


def test_a_reader_s_work_is_never_overwritten(tmp_path):
    source, target = tmp_path / "book", tmp_path / "work"
    for name in ("07.ipynb", "quiz/07.json", "_static/x.css"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("new")
    (target / "quiz").mkdir(parents=True)
    (target / "quiz" / "07.json").write_text("mine")

    assert lab.copy_new(source, target) == 1
    assert (target / "quiz" / "07.json").read_text() == "mine"
    assert (target / "07.ipynb").read_text() == "new"
    assert not (target / "_static").exists()


# ---- the course in the browser


def test_a_chapter_for_the_browser_installs_first_and_stores_nothing():
    for path in lite.chapters():
        original = nbformat.read(path, as_version=4)
        copy = lite.for_browser(nbformat.read(path, as_version=4))
        nbformat.validate(copy)
        assert len(copy.cells) == len(original.cells) + 1
        assert "piplite.install" in copy.cells[0].source
        assert not [cell for cell in copy.cells if cell.get("outputs")]
        assert not [cell for cell in copy.cells if "(site:" in cell.source]


def test_versions_that_move_together_are_the_same_everywhere():
    core = next(p for p in vendor.packages("pyodide") if p["name"] == "pyodide")
    assert f"/v{core['version']}/" in lite.address_of_pyodide()
    lock = (common.ROOT / "requirements.txt").read_text()
    assert [name for name in lite.WHEELS if f"\n{name}==" not in lock] == []


@pytest.fixture
def parts(tmp_path, monkeypatch):
    """Lay out a Pyodide of two packages, as it is before it is put together."""
    known = {}
    for name, depends in (("numpy", ["two_words"]), ("two-words", [])):
        file = tmp_path / "packages" / f"{name}.whl"
        file.parent.mkdir(exist_ok=True)
        file.write_text(name)
        checksum = hashlib.sha256(file.read_bytes()).hexdigest()
        known[name] = {"depends": depends, "file_name": file.name, "sha256": checksum}
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "pyodide-lock.json").write_text(json.dumps({"packages": known}))
    monkeypatch.setattr(lite, "CORE", tmp_path / "core")
    monkeypatch.setattr(lite, "PACKAGES", tmp_path / "packages")
    monkeypatch.setattr(lite, "FROM_PYODIDE", ("numpy",))
    monkeypatch.setattr(lite, "vendor", lambda part: None)
    return tmp_path


def test_pyodide_comes_with_all_that_a_package_depends_on(parts):
    lite.pyodide(parts / "out")
    names = {file.name for file in (parts / "out").iterdir()}
    assert names == {"pyodide-lock.json", "numpy.whl", "two-words.whl"}


@pytest.mark.parametrize("harm", [lambda f: f.write_text("other"), lambda f: f.unlink()])
def test_a_file_that_pyodide_s_lock_does_not_name_is_refused(parts, harm):
    harm(parts / "packages" / "two-words.whl")
    with pytest.raises(vendor.VendorError, match=r"two-words\.whl is not the file"):
        lite.pyodide(parts / "out")
