//! Secrets that are made at the first start: files that only their owner reads.
//!
//! Invariant: a file is there whole or not at all, and two processes that start at once agree on one.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The bytes of the file at `path`, which is made of `make`'s bytes if it is not there.
///
/// # Errors
/// If it can neither be read nor made.
pub(crate) fn read_or_make(
    path: &Path,
    make: impl FnOnce() -> io::Result<Vec<u8>>,
) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        read => return read,
    }
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let bytes = make()?;
    // Named by its content: no two drafts share a name, not even with one that a crash left behind.
    let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, &bytes));
    let draft = path.with_extension(hash);
    let written = write(&draft, &bytes).and_then(|()| match fs::hard_link(&draft, path) {
        // Another process was first: its file counts.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = fs::remove_file(&draft);
    written.and(removed)?;
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    fs::read(path)
}

/// Makes a folder that only its owner enters, if it is not there.
///
/// # Errors
/// If it cannot be made.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_first_bytes_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        assert_eq!(read_or_make(&path, || Ok(vec![1])).unwrap(), [1]);
        assert_eq!(read_or_make(&path, || Ok(vec![2])).unwrap(), [1]);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn many_that_start_at_once_agree() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, [7]).unwrap();
        // Another process made the file between our look and our link.
        let bytes = {
            fs::remove_file(&path).unwrap();
            read_or_make(&path, || {
                fs::write(&path, [8])?;
                Ok(vec![9])
            })
        };
        assert_eq!(bytes.unwrap(), [8]);
    }
}
