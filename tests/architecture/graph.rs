//! Which source file uses which: an edge leads from a file to the file that defines what it names.
//!
//! `mod child;` is no edge: a folder's mod.rs lists what is there. A re-export (`pub use child::X`)
//! is none either, unless the file uses the name itself; and who names `parent::X` uses the child
//! that defines it. What a file uses of the mod.rs above it is no edge: a folder's mod.rs holds what
//! its files share and calls into them, and the folder is one part to everybody else.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;

/// Names of modules and items, from the crate's root.
type Path = Vec<String>;

/// A name that a `use` brings into a file.
struct Import {
    path: Path,
    name: String,
    is_public: bool,
}

/// A module: its file, what it imports, and its code without the imports.
struct Module {
    file: String,
    imports: Vec<Import>,
    code: String,
}

pub struct Graph {
    modules: BTreeMap<Path, Module>,
    /// From each file to the files that it uses.
    pub edges: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    pub fn new(sources: &[Source]) -> Self {
        let modules = sources.iter().filter(|source| source.path != "main.rs").map(|source| {
            let path = module_path(&source.path);
            let code: String = source.code.iter().map(|(_, line)| format!("{line}\n")).collect();
            let (imports, code) = imports(&path, &code);
            (path, Module { file: source.path.clone(), imports, code })
        });
        let mut graph = Self { modules: modules.collect(), edges: BTreeMap::new() };
        let edges = graph.modules.iter().map(|(path, module)| {
            let mut used = graph.used(path, module);
            used.retain(|other| *other != module.file && !is_above(other, &module.file));
            (module.file.clone(), used)
        });
        graph.edges = edges.collect();
        graph
    }

    /// The files that a module uses.
    fn used(&self, path: &Path, module: &Module) -> BTreeSet<String> {
        let is_used = |import: &&Import| {
            !import.is_public || words(&module.code).any(|word| word == import.name)
        };
        let imported = module.imports.iter().filter(is_used).map(|import| import.path.clone());
        let named = paths(&module.code).filter_map(|named| {
            let (first, rest) = named.split_first()?;
            let import = module.imports.iter().find(|import| import.name == *first);
            let start = match import {
                Some(import) => import.path.clone(),
                None => absolute(path, std::slice::from_ref(first))?,
            };
            Some([start, rest.to_vec()].concat())
        });
        imported.chain(named).filter_map(|named| self.defined_in(&named, 0)).collect()
    }

    /// The file that defines what a path names; `None` for a module, which is used by what is named
    /// in it, and for other crates.
    fn defined_in(&self, path: &[String], depth: usize) -> Option<String> {
        let end = (0..=path.len()).rev().find(|end| self.modules.contains_key(&path[..*end]))?;
        let (module, rest) = (&self.modules[&path[..end]], &path[end..]);
        let (item, beyond) = rest.split_first()?;
        if end == 0 && !self.modules[&path[..0]].code.contains(item.as_str()) {
            return None;
        }
        match module.imports.iter().find(|import| import.name == *item) {
            Some(import) if depth < 8 => {
                self.defined_in(&[&import.path, beyond].concat(), depth + 1)
            }
            _ => Some(module.file.clone()),
        }
    }

    /// The shortest way from one file to another.
    pub fn way(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut ways = vec![vec![from.to_owned()]];
        let mut seen = BTreeSet::from([from.to_owned()]);
        while !ways.is_empty() {
            let mut longer = Vec::new();
            for way in ways {
                for next in self.edges.get(way.last()?).into_iter().flatten() {
                    let way = [way.clone(), vec![next.clone()]].concat();
                    if next == to {
                        return Some(way);
                    }
                    if seen.insert(next.clone()) {
                        longer.push(way);
                    }
                }
            }
            ways = longer;
        }
        None
    }

    /// Every circle that is the shortest one through one of its files, each once.
    pub fn circles(&self) -> BTreeSet<String> {
        let circles = self.edges.keys().filter_map(|file| {
            let mut circle = self.way(file, file)?;
            circle.pop();
            let first = circle.iter().enumerate().min_by_key(|(_, file)| (*file).clone())?.0;
            circle.rotate_left(first);
            Some(format!("{} → {}", circle.join(" → "), circle[0]))
        });
        circles.collect()
    }
}

/// `a/b.rs` and `a/b/mod.rs` are the module `a::b`; `lib.rs` is the root.
fn module_path(file: &str) -> Path {
    let path = file.trim_end_matches(".rs");
    path.split('/').filter(|part| !["mod", "lib"].contains(part)).map(str::to_owned).collect()
}

/// Whether a file is the mod.rs of a folder that the other one is in.
fn is_above(file: &str, other: &str) -> bool {
    file.strip_suffix("mod.rs").is_some_and(|folder| other.starts_with(folder))
}

/// A path from the crate's root; `None` when it leads out of the crate.
fn absolute(module: &[String], path: &[String]) -> Option<Path> {
    let mut start = match path.first()?.as_str() {
        "crate" => Vec::new(),
        "super" => module.split_last()?.1.to_vec(),
        "self" => module.to_vec(),
        _ => return None,
    };
    for (index, name) in path.iter().enumerate().skip(1) {
        if name == "super" && path[index - 1] == "super" {
            start.pop()?;
        } else {
            start.push(name.clone());
        }
    }
    Some(start)
}

/// What is imported, and the code without it. `child::X` in a parent is a path, too.
fn imports(module: &[String], code: &str) -> (Vec<Import>, String) {
    let mut imports = Vec::new();
    let mut rest = String::new();
    let mut children = Vec::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        let public = line.starts_with("pub");
        let plain = line.strip_prefix("pub(super) ").or(line.strip_prefix("pub(crate) "));
        let plain = plain.or(line.strip_prefix("pub ")).unwrap_or(line);
        if let Some(child) = plain.strip_prefix("mod ").and_then(|line| line.strip_suffix(';')) {
            children.push(child.to_owned());
        } else if let Some(start) = plain.strip_prefix("use ") {
            let mut tree = start.to_owned();
            while !tree.ends_with(';') {
                tree.push_str(lines.next().expect("a `use` ends").trim());
            }
            for (path, name) in leaves(tree.trim_end_matches(';')) {
                imports.push(Import { path, name, is_public: public });
            }
        } else {
            rest.push_str(line);
            rest.push('\n');
        }
    }
    let own = children.iter().map(|child| Import {
        path: vec!["self".into(), child.clone()],
        name: child.clone(),
        is_public: false,
    });
    imports.extend(own);
    for import in &mut imports {
        if children.contains(&import.path[0]) {
            import.path.insert(0, "self".into());
        }
    }
    let inside = imports
        .into_iter()
        .filter_map(|import| Some(Import { path: absolute(module, &import.path)?, ..import }));
    (inside.collect(), rest)
}

/// The paths of a `use`, each with the name that it brings.
fn leaves(tree: &str) -> Vec<(Path, String)> {
    let Some((start, group)) = tree.split_once('{') else {
        let (path, alias) = tree.split_once(" as ").unwrap_or((tree, ""));
        let mut path: Path = path.split("::").map(|name| name.trim().to_owned()).collect();
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let name = if alias.is_empty() { path[path.len() - 1].clone() } else { alias.to_owned() };
        return vec![(path, name)];
    };
    let group = group.trim_end().strip_suffix('}').expect("a group ends");
    let mut depth = 0;
    let parts = group.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    parts.flat_map(|part| leaves(&format!("{start}{part}"))).collect()
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// Every `a::b` of some code.
fn paths(code: &str) -> impl Iterator<Item = Path> {
    let runs = code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let paths = runs.map(|run| {
        let names = run.split("::").map(|name| name.trim_matches(':').to_owned());
        names.take_while(|name| !name.is_empty()).collect::<Path>()
    });
    paths.filter(|path| path.len() > 1)
}
