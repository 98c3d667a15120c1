#!/usr/bin/env bash
# Makes what the Docker image stands on, where no registry can be reached: a Debian 12 like
# debian:bookworm-slim, as a tar file. Takes half a minute, root, debootstrap and a Debian mirror.
#
#   deploy/base-image.sh base.tar && docker import base.tar debian:bookworm-slim
#
# All of it happens on a tmpfs that only this script sees and that goes with it.
set -euo pipefail

[[ $# == 1 && $1 != -* ]] || {
  echo "usage: ${0##*/} FILE.tar" >&2
  exit 2
}
tar_file=$(realpath -m "$1")
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

if [[ -z ${QUORATE_OWN_MOUNTS:-} ]]; then
  QUORATE_OWN_MOUNTS=1 exec unshare --mount "$0" "$1"
fi

root=$(mktemp -d)
trap 'umount --lazy "$root" 2>/dev/null; rmdir "$root"' EXIT
mount -t tmpfs -o size=1g,mode=0755 base-image "$root"
debootstrap --variant=minbase bookworm "$root" "$mirror" >&2

# Packages that come later bring no documentation either; copyrights stay.
cat >"$root/etc/dpkg/dpkg.cfg.d/slim" <<'SLIM'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
SLIM
find "$root/usr/share/doc" ! -type d ! -name copyright -delete
rm -rf "$root"/usr/share/{info,locale,man}/* "$root"/var/{cache/apt,lib/apt/lists,log}/*
tar -C "$root" --numeric-owner --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' \
  -cf "$tar_file.part" .
mv "$tar_file.part" "$tar_file"
