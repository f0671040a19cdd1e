# Becomes process 1 of a throw-away machine. `unshare` has given us own mounts, processes and host name.
# Arguments: layers (top:…:bottom), a folder for what is written or `-` for memory, bytes of that memory, host name,
# folder of files to carry in; then pairs FROM TO of what is to be mounted into the machine.
# Prints our number outside, once the machine stands, and ends when stdin does: with the test process, however that dies.
set -eu
layers=$1 written=$2 bytes=$3 name=$4 carried=$5
shift 5
read -r pid _ </proc/self/stat

mkdir -p mount
mount -t tmpfs -o "mode=0755,size=$bytes" labready-test mount
mkdir mount/root mount/rootfs mount/work
[ "$written" != - ] || written=mount
mkdir -p "$written/rootfs" "$written/work"
chmod 0755 "$written/rootfs"
# redirect_dir: folders of a lower layer can be renamed, as on any real disk.
mount -t overlay -o "redirect_dir=on,lowerdir=$layers,upperdir=$written/rootfs,workdir=$written/work" machine mount/root
cd mount/root

mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=0755,size=64m dev dev
for node in null zero full random urandom tty; do
    : >"dev/$node"
    mount --bind "/dev/$node" "dev/$node"
done
mkdir dev/pts dev/shm dev/old
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,size=64m shm dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr

cp --recursive --no-preserve=ownership --remove-destination "$carried/." .
while [ $# -gt 0 ]; do
    if [ -d "$1" ]; then mkdir -p ".$2"; elif [ ! -e ".$2" ]; then : >".$2"; fi
    mount --bind "$1" ".$2"
    shift 2
done
echo "$name" >/proc/sys/kernel/hostname

pivot_root . dev/old
cd /
# The machine's own programs from here on.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
hash -r
umount -l /dev/old
rmdir /dev/old
# bash takes in the orphans, as an init does.
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /bin/bash -c 'echo "$1"; while read -r _; do :; done' holder "$pid"
