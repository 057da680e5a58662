#!/bin/sh
# Chromium and fonts for the browser tests. Says what to do where it may not install.
set -e
found() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
if found >/dev/null; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium and fonts for the browser tests …"
    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo apt-get update -qq && sudo apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null
fi
found >/dev/null || {
    echo "The browser tests need Chromium, and this account may not install it."
    echo "Ask an administrator for: apt-get install chromium fonts-liberation"
    exit 1
}
