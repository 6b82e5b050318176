//! The documentation: lines that fit a screen, links that lead somewhere, names and options that exist.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

const MOST_CHARACTERS: usize = 120;

/// Where our own documents are, beside the root.
const FOLDERS: [&str; 9] = ["docs", "examples", "fuzz", "pkg", "src", "tests", "weights", "www", "xtask"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What is not ours: installed, built or taken over.
const FOREIGN: [&str; 3] = ["node_modules", "pkg/wasm", "www/vendor/client-zip"];

/// Every file of the repository with one of these extensions: its path from the root, and its text.
fn files(extensions: &[&str]) -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, wanted: &[&str], is_deep: bool, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && is_deep && !FOREIGN.iter().any(|foreign| path.ends_with(foreign)) {
                collect(&path, wanted, is_deep, found);
            } else if path.extension().is_some_and(|extension| wanted.iter().any(|wanted| extension == *wanted)) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    collect(root(), extensions, false, &mut found);
    FOLDERS.iter().for_each(|folder| collect(&root().join(folder), extensions, true, &mut found));
    found.sort();
    let files: Vec<_> = found
        .into_iter()
        .map(|path| (path.strip_prefix(root()).unwrap().to_path_buf(), fs::read_to_string(&path).unwrap()))
        .collect();
    assert!(files.len() >= 15, "the search for {extensions:?} is broken: {files:?}");
    files
}

/// Every Markdown file of the repository: its path from the root, and its text.
fn documents() -> Vec<(PathBuf, String)> {
    files(&["md"])
}

/// A document's lines, each with whether it is inside a fenced block.
fn lines(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut is_code = false;
    text.lines().map(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        if is_fence {
            is_code = !is_code;
        }
        (is_code || is_fence, line)
    })
}

/// What stands between backticks on a line.
fn spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// A line without what stands between backticks.
fn prose(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

/// The targets of a line's links and pictures.
fn targets(line: &str) -> Vec<&str> {
    let reference = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map(|(_, target)| target);
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    inline.chain(reference).map(|target| target.trim_matches(['<', '>'])).collect()
}

/// The anchors of a document's headings, as GitHub makes them.
fn anchors(text: &str) -> HashSet<String> {
    let headings = lines(text).filter(|(is_code, line)| !is_code && line.starts_with('#'));
    headings
        .map(|(_, line)| {
            let words = line.trim_start_matches('#').trim().to_lowercase();
            let kept = words.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-' || *c == '_');
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

#[test]
fn lines_fit_a_screen() {
    for (file, text) in documents() {
        for (number, line) in text.lines().enumerate() {
            // A picture or an address cannot be broken.
            let is_one_word = !line.trim().contains(' ') || line.starts_with("![");
            assert!(
                is_one_word || line.chars().count() <= MOST_CHARACTERS,
                "{}:{} has {} characters, at most {MOST_CHARACTERS} fit",
                file.display(),
                number + 1,
                line.chars().count()
            );
        }
    }
}

/// Formatters see to code, and leave comments alone.
#[test]
fn comments_fit_a_screen() {
    for (file, text) in files(&["rs", "js", "mjs", "ts", "css"]) {
        for (number, line) in text.lines().enumerate() {
            let characters = line.chars().count();
            let is_comment = ["//", "/*", "* "].iter().any(|begin| line.trim_start().starts_with(begin));
            assert!(
                !is_comment || characters <= MOST_CHARACTERS,
                "{}:{} has {characters} characters, at most {MOST_CHARACTERS} fit",
                file.display(),
                number + 1,
            );
        }
    }
}

#[test]
fn links_lead_somewhere() {
    let mut checked = 0;
    for (file, text) in documents() {
        for (_, line) in lines(&text).filter(|(is_code, _)| !is_code) {
            for target in targets(&prose(line)) {
                if target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
                let at = if path.is_empty() { root().join(&file) } else { root().join(&file).with_file_name(path) };
                assert!(at.exists(), "{}: there is no {target}", file.display());
                let is_document = at.extension().is_some_and(|extension| extension == "md");
                if !anchor.is_empty() && is_document {
                    let text = fs::read_to_string(&at).unwrap();
                    assert!(anchors(&text).contains(anchor), "{}: there is no heading {target}", file.display());
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 50, "the search for links is broken: {checked}");
}

#[test]
fn files_that_are_named_exist() {
    let mut checked = 0;
    for (file, text) in documents() {
        // Notes and the changelog tell of what was.
        if file.starts_with("docs/notes") || file.ends_with("CHANGELOG.md") {
            continue;
        }
        for span in text.lines().flat_map(spans) {
            let path = span
                .split([' ', ':'])
                .find(|word| word.split_once('/').is_some_and(|(folder, _)| FOLDERS.contains(&folder)));
            // NNN and NAME stand for any.
            let is_one = |path: &&str| !["NNN", "NAME", "*", "<"].iter().any(|any| path.contains(any));
            if let Some(path) = path.filter(is_one) {
                assert!(root().join(path).exists(), "{}: there is no {path}", file.display());
                checked += 1;
            }
        }
    }
    assert!(checked > 20, "the search for names is broken: {checked}");
}

/// Every option that the documents give to one of the programs is one that it has.
#[cfg(feature = "tools")]
#[test]
fn options_exist() {
    use std::process::Command;

    let programs = [
        ("denoise", env!("CARGO_BIN_EXE_denoise")),
        ("evaluate", env!("CARGO_BIN_EXE_evaluate")),
        ("train", env!("CARGO_BIN_EXE_train")),
    ]
    .map(|(name, program)| {
        let help = Command::new(program).arg("--help").output().unwrap();
        (name, String::from_utf8(help.stdout).unwrap())
    });
    let mut checked = 0;
    for (file, text) in documents().into_iter().filter(|(file, _)| !file.starts_with("docs/notes")) {
        let code = lines(&text).filter(|(is_code, _)| *is_code).map(|(_, line)| line);
        for command in code.chain(text.lines().flat_map(spans)) {
            for (name, help) in &programs {
                // `--bin NAME -- ARGUMENTS`, or short for that, `NAME ARGUMENTS`.
                let (long, short) = (format!("--bin {name} -- "), format!("{name} "));
                let arguments = command.split_once(&long).map(|(_, arguments)| arguments);
                let Some(arguments) = arguments.or_else(|| command.strip_prefix(&short)) else { continue };
                for option in arguments.split_whitespace().filter(|word| word.starts_with("--")) {
                    let found = help.split([' ', '\n', ',']).any(|word| word == option);
                    assert!(found, "{}: {name} has no {option}", file.display());
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 20, "the search for options is broken: {checked}");
}
