#!/bin/sh
# Install Debian's Chromium for the browser tests when there is none and we may; otherwise say so and go on.
set -u
command -v chromium >/dev/null 2>&1 && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "No Chromium here and no apt-get to install it: the browser tests will be skipped."
    exit 0
fi
if [ "$(id -u)" = 0 ]; then AS=""
elif sudo -n true 2>/dev/null; then AS="sudo -n"
else
    echo "No Chromium here and only root may install it (apt-get install chromium): the browser tests will be skipped."
    exit 0
fi
echo "Installing Chromium ..."
$AS env DEBIAN_FRONTEND=noninteractive sh -c \
    'apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium' >/dev/null ||
    echo "Chromium could not be installed: the browser tests will be skipped."
exit 0
