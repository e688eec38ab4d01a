//! The house has one direction: no room uses one above it, and no two files import each other. The list of rooms is in
//! `src/lib.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{ItemMod, ItemUse, UseTree};

/// A module's path, without `crate`.
type Module = Vec<String>;

/// The source files, by their modules.
fn files() -> BTreeMap<Module, PathBuf> {
    let mut files = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![(root, Vec::new())];
    while let Some((folder, module)) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let mut inner = module.clone();
            if path.is_dir() {
                inner.push(name);
                folders.push((path, inner));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                if !matches!(name.as_str(), "mod" | "lib" | "main") {
                    inner.push(name.clone());
                }
                if name != "main" {
                    files.insert(inner, path);
                }
            }
        }
    }
    files
}

/// Collects the paths that a file imports, from `crate`, `self` or `super`.
struct Imports {
    /// The module that is being visited.
    module: Module,
    found: BTreeSet<Module>,
}

impl Imports {
    fn of(module: &Module, path: &Path) -> BTreeSet<Module> {
        let text = fs::read_to_string(path).unwrap();
        let mut imports = Self {
            module: module.clone(),
            found: BTreeSet::new(),
        };
        imports.visit_file(&syn::parse_file(&text).unwrap());
        imports.found
    }

    fn tree(&mut self, mut path: Module, tree: &UseTree) {
        match tree {
            UseTree::Path(step) => {
                path.push(step.ident.to_string());
                self.tree(path, &step.tree);
            }
            UseTree::Group(group) => group
                .items
                .iter()
                .for_each(|tree| self.tree(path.clone(), tree)),
            UseTree::Name(name) => {
                path.push(name.ident.to_string());
                self.note(&path);
            }
            UseTree::Rename(name) => {
                path.push(name.ident.to_string());
                self.note(&path);
            }
            UseTree::Glob(_) => self.note(&path),
        }
    }

    /// Notes a path of this crate, resolved from where it stands.
    fn note(&mut self, path: &[String]) {
        let Some(first) = path.first() else { return };
        let mut absolute = match first.as_str() {
            "crate" => Vec::new(),
            "self" | "super" => self.module.clone(),
            // `use child::Name` of a file that declares `child`; a name of another crate resolves to no file.
            _ => [self.module.clone(), vec![first.clone()]].concat(),
        };
        let mut rest = &path[1..];
        if first == "super" {
            absolute.pop();
            while rest.first().is_some_and(|step| step == "super") {
                absolute.pop();
                rest = &rest[1..];
            }
        }
        absolute.extend(rest.iter().filter(|step| *step != "self").cloned());
        self.found.insert(absolute);
    }
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.tree(Vec::new(), &item.tree);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let steps: Vec<_> = path
            .segments
            .iter()
            .map(|step| step.ident.to_string())
            .collect();
        if matches!(steps[0].as_str(), "crate" | "self" | "super") && steps.len() > 1 {
            self.note(&steps);
        }
        visit::visit_path(self, path);
    }
}

/// Which file imports which, by their modules. An import of a name leads to the file that the path names.
fn arrows() -> BTreeSet<(Module, Module)> {
    let files = files();
    let mut arrows = BTreeSet::new();
    for (module, path) in &files {
        for import in Imports::of(module, path) {
            let target = (0..=import.len())
                .rev()
                .map(|length| import[..length].to_vec())
                .find(|prefix| files.contains_key(prefix))
                .unwrap();
            if target != *module && !(target.is_empty() && import.len() == 1) {
                arrows.insert((module.clone(), target));
            }
        }
    }
    arrows
}

/// The rooms of `lib.rs` from the top down, those on one line together; and who may use whom within a line.
fn rooms() -> (Vec<Vec<String>>, BTreeSet<(String, String)>) {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let list = text.split("//! ```text\n").nth(2).unwrap();
    let list = list.split("//! ```").next().unwrap();
    let (mut rooms, mut allowed) = (Vec::new(), BTreeSet::new());
    for line in list.lines().map(|line| line.trim_start_matches("//!")) {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if let Some((names, _)) = line.split_once("  ").filter(|(names, _)| !names.is_empty()) {
            rooms.push(names.split(", ").map(str::to_owned).collect());
        }
        if let Some(uses) = line
            .split_once('(')
            .and_then(|(_, rest)| rest.split_once(')'))
        {
            for (who, whom) in uses
                .0
                .split("; ")
                .filter_map(|one| one.split_once(" uses "))
            {
                for whom in whom.split(" and ") {
                    allowed.insert((who.to_owned(), whom.to_owned()));
                }
            }
        }
    }
    (rooms, allowed)
}

fn shown(module: &Module) -> String {
    if module.is_empty() {
        return "lib".to_owned();
    }
    module.join("::")
}

#[test]
fn no_room_uses_one_above_it() {
    let (rooms, allowed) = rooms();
    let floor = |module: &Module| {
        let room = module.first()?;
        rooms.iter().position(|line| line.contains(room))
    };
    assert!(rooms.len() > 8, "{rooms:?}");
    let mut wrong = Vec::new();
    for (from, to) in arrows() {
        // The root hands names on and belongs to no room.
        if from.is_empty() || from[0] == "fuzz" {
            continue;
        }
        let (Some(here), Some(there)) = (floor(&from), floor(&to)) else {
            wrong.push(format!(
                "{} -> {}: not in the list",
                shown(&from),
                shown(&to)
            ));
            continue;
        };
        let same_room = from[0] == to[0];
        let may = allowed.contains(&(from[0].clone(), to[0].clone()));
        if !same_room && there <= here && !may {
            wrong.push(format!("{} -> {}", shown(&from), shown(&to)));
        }
    }
    assert!(
        wrong.is_empty(),
        "these imports go up:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn no_two_files_import_each_other() {
    let arrows = arrows();
    let mutual: Vec<_> = arrows
        .iter()
        .filter(|(from, to)| from < to && arrows.contains(&(to.clone(), from.clone())))
        .map(|(from, to)| format!("{} <-> {}", shown(from), shown(to)))
        .collect();
    assert!(arrows.len() > 100);
    assert!(
        mutual.is_empty(),
        "these import each other:\n{}",
        mutual.join("\n")
    );
}

/// A file is one concern. What is much longer holds two.
#[test]
fn no_file_is_much_longer_than_300_lines() {
    let lines = |path: &PathBuf| fs::read_to_string(path).unwrap().lines().count();
    let long: Vec<_> = files()
        .into_values()
        .map(|path| (lines(&path), path))
        .filter(|(lines, _)| *lines > 350)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}
