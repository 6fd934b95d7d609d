//! Arrows between files, and the circles that they form.

use std::collections::{BTreeMap, BTreeSet};

/// From each file to the files that it uses.
pub(super) type Arrows = BTreeMap<usize, BTreeSet<usize>>;

/// Returns the groups of two or more in which each leads to each.
pub(super) fn circles(arrows: &Arrows) -> Vec<BTreeSet<usize>> {
    let reached: BTreeMap<usize, BTreeSet<usize>> = arrows
        .keys()
        .map(|start| (*start, reach(arrows, *start)))
        .collect();
    let leads = |from: &usize, to: &usize| reached.get(from).is_some_and(|ends| ends.contains(to));
    let mut circles: Vec<BTreeSet<usize>> = Vec::new();
    for start in arrows.keys().filter(|start| leads(start, start)) {
        if !circles.iter().any(|circle| circle.contains(start)) {
            circles.push(
                arrows
                    .keys()
                    .copied()
                    .filter(|end| leads(start, end) && leads(end, start))
                    .collect(),
            );
        }
    }
    circles
}

fn reach(arrows: &Arrows, start: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(from) = open.pop() {
        for to in arrows.get(&from).into_iter().flatten() {
            if reached.insert(*to) {
                open.push(*to);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(arrows: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let mut map = Arrows::new();
        for (from, to) in arrows {
            map.entry(*from).or_default().insert(*to);
        }
        circles(&map)
            .into_iter()
            .map(|circle| circle.into_iter().collect())
            .collect()
    }

    #[test]
    fn circles_are_found_whole_and_apart() {
        assert!(found(&[(1, 2), (2, 3), (1, 3)]).is_empty());
        assert_eq!(found(&[(1, 2), (2, 1)]), [[1, 2]]);
        let two = [(1, 2), (2, 3), (3, 1), (2, 4), (4, 5), (5, 4), (5, 6), (0, 1)];
        assert_eq!(found(&two), [vec![1, 2, 3], vec![4, 5]]);
        let crossed = [(1, 2), (2, 1), (2, 3), (3, 2)];
        assert_eq!(found(&crossed), [[1, 2, 3]]);
    }
}
