# Runs a program in a bare root, as the first process of a namespace of its own: whatever is mounted
# here, and whatever is left running, ends with it. The shell stays, so that it reaps orphans as an
# init does.
set -eu
root=$1
shift
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
cd "$root/dev"
mknod -m 666 null c 1 3
mknod -m 666 zero c 1 5
mknod -m 666 full c 1 7
mknod -m 666 random c 1 8
mknod -m 666 urandom c 1 9
mknod -m 666 tty c 5 0
if [ -e /dev/kvm ]; then
	mknod -m 660 kvm c 10 232
fi
mkdir pts shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts pts
mount -t tmpfs -o mode=1777 tmpfs shm
ln -s pts/ptmx ptmx
ln -s /proc/self/fd fd
ln -s fd/0 stdin
ln -s fd/1 stdout
ln -s fd/2 stderr
cd /
status=0
chroot "$root" "$@" || status=$?
exit "$status"
