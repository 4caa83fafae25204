//! A real editor, with the client that it brings.

use std::process::Command;

use serde_json::Value;

use crate::client::{HOLE, NO_HOLE};

/// Opens `a.h`, types the text of `typed.h` in its place without saving it, and points at `foo`. What was shown is
/// written to `seen.json`.
const SCRIPT: &str = r#"
local seen = {}
local function codes()
  local all = {}
  for _, it in ipairs(vim.diagnostic.get(0)) do table.insert(all, it.code) end
  table.sort(all)
  return all
end
local server = { name = "ioctl-lint", cmd = { SERVER, "server", "--select", "L001,C001" } }
server.root_dir = vim.fn.getcwd()
local client = vim.lsp.start_client(server)
vim.lsp.buf_attach_client(0, client)
vim.wait(60000, function() return #codes() > 0 end, 5)
seen.opened = codes()
vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.fn.readfile("typed.h"))
vim.wait(60000, function() return #codes() == 0 end, 5)
seen.left = #codes()
local at = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = 3, character = 8 } }
local answers = vim.lsp.buf_request_sync(0, "textDocument/hover", at, 60000)
seen.hover = answers[client].result.contents.value
vim.fn.writefile({ vim.fn.json_encode(seen) }, "seen.json")
vim.cmd("qa!")
"#;

#[test]
fn neovim_shows_findings_of_what_is_typed_and_layouts_under_the_pointer() {
    let folder = tempfile::tempdir().unwrap();
    let server = Value::from(env!("CARGO_BIN_EXE_ioctl-lint")).to_string();
    std::fs::write(folder.path().join("a.h"), HOLE).unwrap();
    std::fs::write(folder.path().join("typed.h"), NO_HOLE).unwrap();
    std::fs::write(folder.path().join("try.lua"), SCRIPT.replace("SERVER", &server)).unwrap();
    let done = Command::new("nvim")
        .args(["--headless", "--clean", "-n", "-c", "luafile try.lua", "-c", "cquit", "a.h"])
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .env("XDG_STATE_HOME", folder.path())
        .env("XDG_CACHE_HOME", folder.path())
        .output()
        .expect("Neovim: install neovim (`cargo xtask setup`)");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let seen = std::fs::read_to_string(folder.path().join("seen.json")).expect(&said);
    let seen: Value = serde_json::from_str(&seen).unwrap();
    assert_eq!(seen["opened"], serde_json::json!(["C001", "L001"]), "{seen}");
    assert_eq!(seen["left"], 0, "{seen}");
    let hover = seen["hover"].as_str().unwrap();
    assert!(hover.contains("__u32 flags;") && !hover.contains("/* hole */"), "{hover}");
    assert_eq!(std::fs::read_to_string(folder.path().join("a.h")).unwrap(), HOLE);
}
