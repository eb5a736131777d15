#!/bin/sh
# The tests need Chromium for the site, bubblewrap for grading, Java for Spark and PostgreSQL for the
# CRM database; grading itself needs bubblewrap too. Install what is missing where we may: Debian's
# packages, else for the browser the one that Playwright brings. Where that does not work, say what
# to do.
set -u
cd "$(dirname "$0")/.." || exit 1

has_browser() { .venv/bin/python -m tools.browser >/dev/null; }
# The fonts of slides and print, whose letters must be as wide everywhere: Arial's, and Chinese.
has_fonts() { fc-list 2>/dev/null | grep -q "Liberation Sans" && [ -n "$(fc-list :lang=zh)" ]; }
has_bubblewrap() { command -v bwrap >/dev/null 2>&1; }
has_java() { java -version >/dev/null 2>&1; }
# Debian keeps the server's programs away from the path.
has_postgresql() {
    command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}
is() { grep -Eq "^ID=($1)\$" /etc/os-release 2>/dev/null; }

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    as_root="none"
fi

install_packages() {
    [ "$as_root" != none ] || return 1
    echo "==> Install $*"
    $as_root apt-get update -q >/dev/null 2>&1
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

if ! has_browser; then
    # (Ubuntu's chromium package only fetches a snap, so there Playwright's is taken.)
    is debian && install_packages chromium
    if ! has_browser; then
        echo "==> Install Playwright's Chromium for the site's tests"
        if [ "$as_root" = none ]; then
            .venv/bin/playwright install chromium
        else
            .venv/bin/playwright install --with-deps chromium
        fi || {
            echo "No browser could be installed. The site's tests are skipped (in CI they fail) until there"
            echo "is one: sudo apt-get install chromium, or .venv/bin/playwright install --with-deps chromium"
        } >&2
    fi
fi

has_fonts || { is 'debian|ubuntu' && install_packages fontconfig fonts-liberation fonts-noto-cjk; }
has_fonts || echo "Fonts are missing, so slides and print may not fit: sudo apt-get install fonts-liberation fonts-noto-cjk" >&2

has_java || { is 'debian|ubuntu' && install_packages openjdk-17-jre-headless; }
has_java || {
    echo "Java is not here. The tests on Spark are skipped (in CI they fail) until it is:" >&2
    echo "sudo apt-get install openjdk-17-jre-headless" >&2
}

has_postgresql || { is 'debian|ubuntu' && install_packages postgresql; }
has_postgresql || {
    echo "PostgreSQL is not here. The tests on it are skipped (in CI they fail) until it is:" >&2
    echo "sudo apt-get install postgresql" >&2
}

has_bubblewrap || { is 'debian|ubuntu' && install_packages bubblewrap; }
if ! has_bubblewrap; then
    echo "bubblewrap is not here. Grading needs it, and the tests of grading are skipped (in CI they" >&2
    echo "fail) until it is: sudo apt-get install bubblewrap" >&2
elif ! bwrap --unshare-user --ro-bind / / true 2>/dev/null; then
    # Ubuntu 24.04 forbids new user namespaces to programs that it does not know.
    allow="sysctl -q -w kernel.apparmor_restrict_unprivileged_userns=0"
    if [ -n "${CI:-}" ] && [ "$as_root" != none ]; then
        echo "==> Let bubblewrap make user namespaces on this machine"
        $as_root $allow
    else
        echo "bubblewrap may not make a user namespace here. On Ubuntu 24.04: sudo $allow" >&2
    fi
fi
exit 0
