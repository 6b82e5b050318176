//! Writing a file so that it is there whole or not at all.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// How many symbolic links may follow each other: more than Linux follows.
const MOST_LINKS: usize = 64;

/// Writes the bytes to a temporary file beside `path`, and moves it there once it is complete on the disk. A file that
/// is there already is replaced and its permissions are kept; a symbolic link stays one, and what it points to is
/// replaced.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = behind_links(path)?;
    let permissions = std::fs::metadata(&target).ok().map(|there| there.permissions());
    let (temporary, file) = temporary_beside(&target)?;
    let written = write(file, bytes, permissions).and_then(|()| std::fs::rename(&temporary, &target));
    if written.is_err() {
        // The error that matters is the first one.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

fn write(mut file: File, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    // It must be whole on the disk before it takes the place of another.
    file.sync_all()
}

/// The path itself, or what a symbolic link leads to, whether that exists or not.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        if !path.is_symlink() {
            return Ok(path);
        }
        let target = std::fs::read_link(&path)?;
        // A relative target is relative to the link's folder; joining an absolute one gives that.
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    Err(io::Error::other("its symbolic links lead round in a circle"))
}

/// A new file in the same folder. Its name is short and does not contain the other's, which may be as long as the file
/// system allows.
fn temporary_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let temporary = path.with_file_name(format!(".svnr-{}-{count}.part", std::process::id()));
        match File::create_new(&temporary) {
            // Left by a process of this number that was killed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            file => return Ok((temporary, file?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_name_may_be_as_long_as_the_file_system_allows() {
        let folder = tempfile::tempdir().unwrap();
        for length in [1, 236, 237, 255] {
            let path = folder.path().join("a".repeat(length));
            replace(&path, b"new").unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), b"new");
        }
        assert_eq!(names(folder.path()).len(), 4);
        assert!(replace(&folder.path().join("a".repeat(256)), b"new").is_err());
        assert_eq!(names(folder.path()).len(), 4);
    }

    #[test]
    fn what_a_killed_process_left_is_not_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let (left, _) = temporary_beside(&path).unwrap();
        let next = left.file_name().unwrap().to_str().unwrap().split(['-', '.']).nth(3).unwrap();
        // The names that come next, whichever test draws them.
        for count in next.parse::<u32>().unwrap()..next.parse::<u32>().unwrap() + 50 {
            let name = format!(".svnr-{}-{count}.part", std::process::id());
            std::fs::write(folder.path().join(name), b"left").unwrap();
        }
        replace(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()).len(), 51);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("elsewhere")).unwrap();
        std::fs::write(at("elsewhere/file"), b"old").unwrap();
        std::fs::set_permissions(at("elsewhere/file"), Permissions::from_mode(0o640)).unwrap();
        symlink("elsewhere/file", at("near")).unwrap();
        symlink(at("near"), at("far")).unwrap();
        replace(&at("far"), b"new").unwrap();
        assert_eq!(std::fs::read(at("elsewhere/file")).unwrap(), b"new");
        assert_eq!(std::fs::metadata(at("elsewhere/file")).unwrap().permissions().mode() & 0o7777, 0o640);
        assert!(at("far").is_symlink() && at("near").is_symlink());
        assert_eq!(names(&at("elsewhere")), ["file"]);

        // A link to nothing yet: the file comes to where it points.
        symlink("elsewhere/later", at("dangling")).unwrap();
        replace(&at("dangling"), b"new").unwrap();
        assert_eq!(std::fs::read(at("elsewhere/later")).unwrap(), b"new");

        symlink("round", at("round")).unwrap();
        assert!(replace(&at("round"), b"new").is_err());
    }
}
