//! A real editor, with the client that it brings and the lines of docs/editors.md.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::client::{HOLE, NO_HOLE};

/// Waits for what is shown of the hole in `a.h`, makes the edit that is offered for it, takes that back, types the text of `typed.h`
/// without saving it, and points at `foo`. What was seen is written to `seen.json`.
const SCRIPT: &str = r#"
local seen = {}
local function codes()
  local all = {}
  for _, it in ipairs(vim.diagnostic.get(0)) do
    if it.code == "C001" or it.code == "L001" then table.insert(all, it.code) end
  end
  table.sort(all)
  return all
end
local function wait_for(count)
  vim.wait(60000, function() return #codes() == count end, 5)
  return codes()
end
local function ask(method, params)
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, params, 60000)) do return answer.result end
end
local text = { uri = vim.uri_from_bufnr(0) }
seen.opened = wait_for(2)
local line = { start = { line = 4, character = 0 }, ["end"] = { line = 4, character = 9 } }
local place = { textDocument = text, range = line, context = { diagnostics = {} } }
local actions = ask("textDocument/codeAction", place)
for _, action in ipairs(actions) do
  if action.title:find("changes the ABI", 1, true) then
    vim.lsp.util.apply_workspace_edit(ask("codeAction/resolve", action).edit, "utf-16")
  end
end
seen.edited = vim.api.nvim_buf_get_lines(0, 4, 7, false)
seen.mended = #wait_for(0)
vim.cmd("undo")
seen.undone = wait_for(2)
vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.fn.readfile("typed.h"))
seen.left = #wait_for(0)
seen.hover = ask("textDocument/hover", { textDocument = text, position = { line = 3, character = 8 } }).contents.value
vim.fn.writefile({ vim.fn.json_encode(seen) }, "seen.json")
vim.cmd("qa!")
"#;

/// The lines of the page for the Neovim that is there.
fn lines_of_the_page() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/editors.md");
    let page = std::fs::read_to_string(page).unwrap();
    let blocks: Vec<&str> =
        page.split("```lua\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let [new, old] = blocks.as_slice() else { panic!("two blocks: {blocks:?}") };
    assert!(new.starts_with("-- 0.8 and later") && old.starts_with("-- 0.7"), "{page}");
    format!("if vim.lsp.start then\n{new}\nelse\n{old}\nend\n")
}

#[test]
fn neovim_shows_findings_of_what_is_typed_makes_edits_and_shows_layouts() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("a.h", HOLE);
    write("typed.h", NO_HOLE);
    write("config/nvim/init.lua", &lines_of_the_page());
    write("try.lua", SCRIPT);
    let program = Path::new(env!("CARGO_BIN_EXE_ioctl-lint"));
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", program.parent().unwrap().display());
    let mut editor = Command::new("nvim");
    editor
        .args(["--headless", "-n", "-i", "NONE", "-c", "luafile try.lua", "-c", "cquit", "a.h"])
        .current_dir(folder.path())
        .env("PATH", path)
        .env("HOME", folder.path())
        .env("XDG_CONFIG_HOME", folder.path().join("config"));
    for other in ["CONFIG_DIRS", "DATA_HOME", "DATA_DIRS", "STATE_HOME", "CACHE_HOME"] {
        editor.env(format!("XDG_{other}"), folder.path().join("none"));
    }
    let done = editor.output().expect("Neovim: install neovim (`cargo xtask setup`)");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let seen = std::fs::read_to_string(folder.path().join("seen.json")).expect(&said);
    let seen: Value = serde_json::from_str(&seen).unwrap();
    for moment in ["opened", "undone"] {
        assert_eq!(seen[moment], json!(["C001", "L001"]), "{seen}");
    }
    assert_eq!(seen["edited"], json!(["\t__u32 a;", "\t__u32 reserved0;", "\t__u64 b;"]), "{seen}");
    assert_eq!((&seen["mended"], &seen["left"]), (&json!(0), &json!(0)), "{seen}");
    let hover = seen["hover"].as_str().unwrap();
    assert!(hover.contains("__u32 flags;") && !hover.contains("/* hole */"), "{hover}");
    assert_eq!(std::fs::read_to_string(folder.path().join("a.h")).unwrap(), HOLE);
}
