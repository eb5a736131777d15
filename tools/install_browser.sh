#!/bin/sh
# The site's tests need Chromium. Install it where there is none and where we may: Debian's
# package, else the one that Playwright brings. Where neither works, say what to do.
set -u
cd "$(dirname "$0")/.." || exit 1

.venv/bin/python -m tools.browser >/dev/null && exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    as_root="none"
fi

# The book has Chinese terms: a font for them comes along. (Ubuntu's chromium package only
# fetches a snap, so there Playwright's is taken.)
if [ "$as_root" != none ] && grep -q '^ID=debian' /etc/os-release 2>/dev/null; then
    echo "==> Install Debian's Chromium for the site's tests"
    $as_root apt-get update -q >/dev/null 2>&1
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends chromium fonts-noto-cjk >/dev/null && exit 0
fi
echo "==> Install Playwright's Chromium for the site's tests"
if [ "$as_root" = none ]; then
    .venv/bin/playwright install chromium && exit 0
else
    .venv/bin/playwright install --with-deps chromium && exit 0
fi
echo "No browser could be installed. The site's tests are skipped (in CI they fail) until there" >&2
echo "is one: sudo apt-get install chromium, or .venv/bin/playwright install --with-deps chromium" >&2
exit 0
