//! Whether a file lies on a network file system, where programs on two machines cannot share memory.

use std::fs;
use std::path::Path;

/// Types of file systems that are on another machine, as Linux names them.
const NETWORK: [&str; 12] = [
    "9p",
    "afs",
    "ceph",
    "cifs",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "lustre",
    "nfs",
    "nfs4",
    "smb3",
];

/// The type of the network file system that a path lies on. Returns `None` when it lies on another kind, or when the
/// system does not tell: only Linux does.
pub fn network_file_system(path: &Path) -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
    let kind = file_system(&mounts, &folder)?;
    NETWORK.contains(&kind).then(|| kind.to_owned())
}

/// The type of the file system of a folder: that of the last mount on the longest path to it. The format of the text is
/// that of proc(5): `36 35 98:0 / /mnt rw,noatime master:1 - ext3 /dev/root rw`.
fn file_system<'a>(mounts: &'a str, folder: &Path) -> Option<&'a str> {
    let mut found: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let (before, after) = line.split_once(" - ")?;
        let mount = before.split(' ').nth(4)?.replace("\\040", " ");
        let kind = after.split(' ').next()?;
        let is_longest = found.is_none_or(|(length, _)| mount.len() >= length);
        if folder.starts_with(&mount) && is_longest {
            found = Some((mount.len(), kind));
        }
    }
    found.map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:41 / /mnt/share\\040one rw,relatime shared:2 - nfs4 server:/export rw,vers=4.2
41 22 0:42 / /mnt/share rw - tmpfs tmpfs rw
42 40 0:43 / /mnt/share\\040one/disk rw shared:3 - xfs /dev/sdb rw";

    #[test]
    fn the_longest_mount_decides() {
        let of = |folder: &str| file_system(MOUNTS, Path::new(folder));
        assert_eq!(of("/srv/data"), Some("ext4"));
        assert_eq!(of("/mnt/share one/archives"), Some("nfs4"));
        assert_eq!(of("/mnt/share"), Some("tmpfs"));
        assert_eq!(of("/mnt/sharedness"), Some("ext4"));
        assert_eq!(of("/mnt/share one/disk/a"), Some("xfs"));
    }

    #[test]
    fn a_local_folder_is_on_no_network() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(network_file_system(&folder.path().join("a.db")), None);
    }
}
