//! The folders that a path leads through, links included, and who else may put something in their place.

use std::path::{Path, PathBuf};

use super::owner::{Group, is_trusted};
use super::{Standing, system};

/// Members of a group, and everybody else, may write.
const GROUP_WRITES: u32 = 0o020;
const WORLD_WRITES: u32 = 0o002;
/// What is in the folder is its owner's alone to rename.
const STICKY: u32 = 0o1000;
/// Links that are followed: as many as Linux follows.
const LINKS: usize = 40;
/// Folders that are told of.
const TOLD: usize = 4;

/// A sentence each for the folders on the way to `path` in which another user may put something else in its place: one
/// that everybody or a group may write, where no sticky bit keeps them from what is not theirs, and one that belongs to
/// another user. A link on the way is followed as the system does, and the folders that it stands in and leads through
/// count too. Whose `path` itself is, is not asked.
#[must_use]
pub fn open_above(path: &Path) -> Vec<String> {
    let mut told: Vec<String> = places(path)
        .iter()
        .filter_map(|place| {
            let found = place.found?;
            let why = match place.is_link {
                // A link has no permissions of its own: its owner may replace it, also under a sticky bit.
                true => (!is_trusted(found.owner)).then(|| "another user owns the link".to_owned()),
                false => why_open(&found),
            };
            Some(format!(
                "{} {}, and so may put something else in the place of what is behind it",
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
        return Some("every user may write in".into());
    }
    // The owner of a folder takes the sticky bit away, or renames what is in it.
    if !is_trusted(folder.owner) {
        return Some("another user owns".into());
    }
    let group = Group(folder.group);
    (folder.mode & GROUP_WRITES != 0 && !is_sticky && !group.is_private())
        .then(|| format!("the users of group {group} may write in"))
}

/// A folder or a link on the way.
struct Place {
    path: PathBuf,
    is_link: bool,
    found: Option<Standing>,
}

/// All of them, without what `path` leads to.
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
                // The end itself is a folder on the way.
                add(at, false, system::at_path(at).ok());
            }
        }
    }
    places
}
