#!/bin/sh
# SPDX-License-Identifier: MIT
#
# linux-pae.sh DIR: linux.sh with Debian's 686-pae kernel; DIR/linux-pae.img.

set -eu
exec sh "$(dirname "$0")/linux.sh" "$1" 686-pae
