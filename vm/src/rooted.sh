# Runs a program in a root of its own, of which it changes nothing but what is bound to be written to:
# first the folder to mount on and the root, then `rw` or `ro` with a folder and its place in the root for
# each that is bound, then `--` and the program. All of it is mounted for this process alone.
set -eu
at=$1
mount --bind "$2" "$at"
shift 2
while [ "$1" != -- ]; do
	mount --bind "$2" "$at$3"
	if [ "$1" = ro ]; then
		mount -o remount,bind,ro "$at$3"
	fi
	shift 3
done
shift
# Nothing but processes: root may write below /proc/sys without any capability.
mount -t proc -o ro,nosuid,nodev,noexec,subset=pid proc "$at/proc"
mount -t tmpfs -o mode=1777 tmpfs "$at/tmp"
mount -t tmpfs -o mode=755 tmpfs "$at/dev"
for device in null zero full random urandom; do
	: >"$at/dev/$device"
	mount --bind "/dev/$device" "$at/dev/$device"
done
ln -s /proc/self/fd "$at/dev/fd"
mount -o remount,bind,ro "$at"
# What runs there cannot undo any of this.
exec chroot "$at" /usr/bin/setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
