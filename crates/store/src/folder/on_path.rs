//! The folders and links on the way to a path, and which other users can replace them.

use std::path::{Path, PathBuf};

use super::owner::{Group, is_trusted};
use super::{Standing, system};

/// The group may write.
const GROUP_WRITES: u32 = 0o020;
/// Every user may write.
const WORLD_WRITES: u32 = 0o002;
/// Only its owner may rename a file in the folder.
const STICKY: u32 = 0o1000;
/// How many links are followed: as many as Linux follows.
const LINKS: usize = 40;
/// How many folders are reported.
const TOLD: usize = 4;

/// Returns a sentence for each folder on the way to `path` where another user can replace what is on the path: a folder
/// that everyone or a group may write and that has no sticky bit, or a folder that another user owns. Links on the way
/// are followed as the system follows them; the folders that contain them and that they lead through count too. The
/// owner of `path` itself is not checked. At most four sentences are returned.
#[must_use]
pub fn open_above(path: &Path) -> Vec<String> {
    let mut told: Vec<String> = places(path)
        .iter()
        .filter_map(|place| {
            let found = place.found?;
            let why = match place.is_link {
                // A link has no permissions. Its owner may replace it, even in a folder with the sticky bit.
                true => (!is_trusted(found.owner)).then(|| "another user owns the link".to_owned()),
                false => why_open(&found),
            };
            Some(format!(
                "{} {}, and can replace what it leads to",
                why?,
                place.path.display()
            ))
        })
        .collect();
    told.truncate(TOLD);
    told
}

fn why_open(folder: &Standing) -> Option<String> {
    let is_sticky = folder.mode & STICKY != 0;
    if folder.mode & WORLD_WRITES != 0 && !is_sticky {
        return Some("every user may write to".into());
    }
    // The owner of a folder can remove the sticky bit, or rename what is in it.
    if !is_trusted(folder.owner) {
        return Some("another user owns".into());
    }
    let group = Group(folder.group);
    (folder.mode & GROUP_WRITES != 0 && !is_sticky && !group.is_private())
        .then(|| format!("the users of group {group} may write to"))
}

/// A folder or a link on the way to a path.
struct Place {
    path: PathBuf,
    is_link: bool,
    found: Option<Standing>,
}

/// Returns all folders and links on the way, without the final target of `path`.
fn places(path: &Path) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    let mut links = 0;
    let mut todo = std::path::absolute(path).map_or_else(|_| vec![], |path| vec![path]);
    while let Some(path) = todo.pop() {
        let mut add = |at: &Path, is_link: bool, found| {
            if !places
                .iter()
                .any(|place| place.path == at && place.is_link == is_link)
            {
                places.push(Place {
                    path: at.to_owned(),
                    is_link,
                    found,
                });
            }
        };
        for at in path.ancestors() {
            if at != path {
                add(at, false, system::at_path(at).ok());
            }
            let Ok(to) = std::fs::read_link(at) else { continue };
            links += 1;
            if links > LINKS {
                return places;
            }
            add(at, true, system::at_link(at).ok());
            let to = at.parent().unwrap_or_else(|| Path::new("/")).join(to);
            todo.push(to);
            if at != path {
                // The target of a link on the way is itself a folder on the way.
                add(at, false, system::at_path(at).ok());
            }
        }
    }
    places
}
