#!/bin/sh
# What the tests need of the machine itself: Chromium and fonts for the browser tests, PgBouncer for the test behind it,
# qpdf and pdfsig for sealed certificates, LibreOffice to open spreadsheets (without it two tests are skipped). Of Chromium
# its headless shell, where there is one: a page costs a third of the time there, for it draws no window of its own around it.
# Says what to do where it may not install.
set -e
found() { command -v "$1" || command -v "/usr/sbin/$1"; }
chromium() { found chromium-headless-shell || found chromium || found chromium-browser || found google-chrome; }
wanted="" wished="" office=""
chromium >/dev/null || wanted="chromium fonts-liberation"
found chromium-headless-shell >/dev/null || wished="chromium-headless-shell fonts-liberation"
found pgbouncer >/dev/null || wanted="$wanted pgbouncer"
found qpdf >/dev/null || wanted="$wanted qpdf"
found pdfsig >/dev/null || wanted="$wanted poppler-utils"
found soffice >/dev/null || office="libreoffice-calc-nogui"
if [ -z "$wanted$wished$office" ]; then exit 0; fi
as_root=""
if [ "$(id -u)" != 0 ]; then as_root="sudo -n"; fi
if command -v apt-get >/dev/null && $as_root true 2>/dev/null; then
    echo "Installing for the tests: $wished $wanted $office …"
    $as_root apt-get update -qq || [ -z "$wanted" ]
    # shellcheck disable=SC2086
    if [ -n "$wished" ] && $as_root apt-get install -y -qq --no-install-recommends $wished >/dev/null; then
        wanted=${wanted#chromium fonts-liberation}
    fi
    # shellcheck disable=SC2086
    [ -z "$wanted" ] || $as_root apt-get install -y -qq --no-install-recommends $wanted >/dev/null
    [ -z "$office" ] || $as_root apt-get install -y -qq --no-install-recommends "$office" >/dev/null || true
    case "$wanted" in *pgbouncer*) # the tests start one of their own
        if [ -d /run/systemd/system ]; then $as_root systemctl disable --now pgbouncer >/dev/null 2>&1 || true; fi ;;
    esac
fi
if chromium >/dev/null && found pgbouncer >/dev/null && found qpdf >/dev/null && found pdfsig >/dev/null; then exit 0; fi
echo "The tests need Chromium, PgBouncer, qpdf and pdfsig, and this account may not install them."
echo "Ask an administrator for: apt-get install $wanted"
exit 1
