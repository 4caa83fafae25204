//! The definitions for pre-commit, GitHub and GitLab, as far as they can be tried without their
//! servers. What needs programs of others is part of the full test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::run::{CLEAN, Folder, HOLE};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn wanted() -> bool {
    std::env::var("IOCTLKIT_ORACLE").is_ok_and(|effort| effort == "full")
}

/// The folder of programs of a Python environment with pre-commit and check-jsonschema, which
/// carries the schemas of GitHub's and GitLab's files.
fn python_tools() -> &'static Path {
    static TOOLS: OnceLock<PathBuf> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-tools");
        let programs = folder.join("bin");
        if !programs.join("check-jsonschema").exists() {
            let run = |program: &Path, arguments: &[&str]| {
                let status = Command::new(program).args(arguments).status().unwrap();
                assert!(status.success(), "{} {arguments:?}", program.display());
            };
            run(Path::new("python3"), &["-m", "venv", folder.to_str().unwrap()]);
            run(&programs.join("pip"), &["install", "--quiet", "pre-commit", "check-jsonschema"]);
        }
        programs
    })
}

fn tool(name: &str) -> Command {
    Command::new(python_tools().join(name))
}

#[track_caller]
fn succeeds(command: &mut Command) {
    let done = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(done.status.success(), "{}{}", text(&done.stdout), text(&done.stderr));
}

/// The lines of a block of YAML behind `key: |`, without their common indentation.
fn block(text: &str, step: &str) -> String {
    let (_, behind) = text.split_once(step).expect("the step is there");
    let (_, script) = behind.split_once("run: |\n").expect("the step runs a script");
    let indent = script.len() - script.trim_start().len();
    let lines = script.lines().take_while(|line| {
        line.trim().is_empty() || line.len() - line.trim_start().len() >= indent
    });
    lines.map(|line| line.get(indent..).unwrap_or("").to_owned() + "\n").collect()
}

/// Runs the action's own script with inputs as GitHub would pass them.
fn action(folder: &Folder, inputs: &[(&str, &str)]) -> (i32, String) {
    let text = std::fs::read_to_string(root().join("action.yml")).unwrap();
    let script = block(&text, "name: Run ioctl-lint");
    let programs = folder.path("runner/ioctl-lint/bin");
    std::fs::create_dir_all(&programs).unwrap();
    let link = programs.join("ioctl-lint");
    if !link.exists() {
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_ioctl-lint"), link).unwrap();
    }
    let defaults = [
        ("COMMAND", "check"),
        ("PATHS", "."),
        ("BASE", "HEAD"),
        ("FORMAT", "github"),
        ("OUTPUT", ""),
        ("FAIL_ON", "warning"),
        ("ARGUMENTS", ""),
    ];
    let done = Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script])
        .envs(defaults)
        .envs(inputs.iter().copied())
        .env("RUNNER_TEMP", folder.path("runner"))
        .current_dir(folder.path(""))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    (done.status.code().unwrap_or(-1), text + &String::from_utf8_lossy(&done.stderr))
}

#[test]
fn the_action_runs_what_its_inputs_say() {
    let folder = Folder::with("a/foo.h", HOLE).and("b/bar.h", CLEAN);
    let (code, text) = action(&folder, &[("PATHS", "a b"), ("ARGUMENTS", "--select L001")]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("::warning file=a/foo.h,"), "{text}");
    let (code, text) = action(&folder, &[("PATHS", "b"), ("ARGUMENTS", "--select L001")]);
    assert_eq!(code, 0, "{text}");
    let sarif =
        [("PATHS", "a"), ("FORMAT", "sarif"), ("OUTPUT", "out.sarif"), ("FAIL_ON", "never")];
    let (code, text) = action(&folder, &sarif);
    assert_eq!(code, 0, "{text}");
    let report: serde_json::Value = serde_json::from_str(&folder.read("out.sarif")).unwrap();
    assert_eq!(report["version"], "2.1.0");
    let (code, text) = action(&folder, &[("COMMAND", "rm")]);
    assert_eq!((code, text.contains("::error::")), (2, true), "{text}");
}

/// Its version is that of this repository, so that an action of a tag installs what the tag has.
#[test]
fn the_definitions_install_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    let action = std::fs::read_to_string(root().join("action.yml")).unwrap();
    assert!(action.contains(&format!("default: \"{version}\"")));
    let component = std::fs::read_to_string(root().join("templates/ioctl-lint.yml")).unwrap();
    assert!(component.contains(&format!("default: ioctl-lint=={version}\n")));
}

/// The step that installs it, with a pip that writes down its arguments.
#[test]
fn the_action_installs_a_wheel_once_and_takes_no_input_for_an_option() {
    let text = std::fs::read_to_string(root().join("action.yml")).unwrap();
    let script = block(&text, "name: Install ioctl-lint");
    let python = "#!/bin/sh\nmkdir -p \"$3/bin\"\ncat > \"$3/bin/pip\" <<'E'\n#!/bin/sh\necho \"$@\" >> pip.log\n\
                  touch \"${0%pip}ioctl-lint\"; chmod +x \"${0%pip}ioctl-lint\"\nE\nchmod +x \"$3/bin/pip\"\n";
    let folder = Folder::with("bin/python3", python);
    let program = folder.path("bin/python3");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(program, mode).unwrap();
    let path = format!("{}:{}", folder.path("bin").display(), std::env::var("PATH").unwrap());
    let install = |package: &str| {
        let done = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script])
            .envs([("VERSION", "0.1.0"), ("PACKAGE", package), ("PATH", &path)])
            .env("RUNNER_TEMP", folder.path("runner"))
            .current_dir(folder.path(""))
            .status();
        assert!(done.unwrap().success());
    };
    install("");
    install("");
    assert_eq!(folder.read("pip.log"), "install --quiet -- ioctl-lint==0.1.0\n");
    std::fs::remove_dir_all(folder.path("runner")).unwrap();
    install("--index-url=https://example.org/");
    assert!(
        folder.read("pip.log").ends_with("install --quiet -- --index-url=https://example.org/\n")
    );
}

/// An input is never read as a command.
#[test]
fn the_action_passes_inputs_on_as_they_are() {
    let folder = Folder::with("foo.h", CLEAN);
    let hostile = "$(touch pwned) `touch pwned` ;touch pwned";
    for name in ["PATHS", "BASE", "FORMAT", "FAIL_ON", "ARGUMENTS", "COMMAND"] {
        action(&folder, &[(name, hostile)]);
    }
    assert!(!folder.path("pwned").exists());
}

#[test]
fn the_definitions_are_what_their_schemas_say() {
    if !wanted() {
        return;
    }
    let root = root();
    succeeds(
        tool("check-jsonschema")
            .args(["--builtin-schema", "vendor.github-actions"])
            .arg(root.join("action.yml")),
    );
    succeeds(tool("pre-commit").arg("validate-manifest").arg(root.join(".pre-commit-hooks.yaml")));
    // A component is two documents: what it takes, and a pipeline, whose schema GitLab publishes.
    let component = std::fs::read_to_string(root.join("templates/ioctl-lint.yml")).unwrap();
    let (head, pipeline) = component.split_once("\n---\n").unwrap();
    assert!(head.contains("\nspec:\n  inputs:\n"), "{head}");
    let folder = Folder::with("pipeline.yml", pipeline);
    succeeds(
        tool("check-jsonschema")
            .args(["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"])
            .arg(folder.path("pipeline.yml")),
    );
}

/// pre-commit itself installs the hooks from this repository's files and runs them.
#[test]
fn pre_commit_runs_the_hooks() {
    if !wanted() {
        return;
    }
    let git = |folder: &Path, arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        succeeds(Command::new("git").args(identity).args(arguments).current_dir(folder));
    };
    let hooks = std::fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    // In place of the package, which takes minutes to build and `cargo xtask package` tries: one that has nothing, so
    // that the hooks find the program that was built.
    let empty = "[build-system]\nrequires = [\"setuptools\"]\n\n[project]\nname = \"empty\"\nversion = \"0\"\n\n\
                 [tool.setuptools]\npy-modules = []\n";
    let source = Folder::with(".pre-commit-hooks.yaml", hooks).and("pyproject.toml", empty);
    git(&source.path(""), &["init", "--quiet", "--initial-branch=main"]);
    git(&source.path(""), &["add", "."]);
    git(&source.path(""), &["commit", "--quiet", "--message=hooks"]);
    let config = format!(
        "repos:\n- repo: {}\n  rev: main\n  hooks:\n  - id: ioctl-lint\n    args: [--select, L001]\n  \
         - id: ioctl-lint-diff\n",
        source.path("").display()
    );
    let project = Folder::with("foo.h", CLEAN).and(".pre-commit-config.yaml", config);
    git(&project.path(""), &["init", "--quiet", "--initial-branch=main"]);
    git(&project.path(""), &["add", "."]);
    git(&project.path(""), &["commit", "--quiet", "--message=project"]);
    let programs = Path::new(env!("CARGO_BIN_EXE_ioctl-lint")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(programs.to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    )
    .unwrap();
    let run = |hook: &str| {
        let done = tool("pre-commit")
            .args(["run", "--all-files", hook])
            .env("PATH", &path)
            .env("PRE_COMMIT_HOME", project.path("cache"))
            .current_dir(project.path(""))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        (done.status.code().unwrap_or(-1), text + &String::from_utf8_lossy(&done.stderr))
    };
    for hook in ["ioctl-lint", "ioctl-lint-diff"] {
        let (code, text) = run(hook);
        assert_eq!(code, 0, "{hook}: {text}");
    }
    // A hole that was not there, and a command that is no more.
    std::fs::write(project.path("foo.h"), HOLE).unwrap();
    let (code, text) = run("ioctl-lint");
    assert!(code == 1 && text.contains("L001"), "{text}");
    let (code, text) = run("ioctl-lint-diff");
    assert!(code == 1 && text.contains("D001"), "{text}");
}
