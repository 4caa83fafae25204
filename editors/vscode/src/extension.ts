/** Starts the server, and says what to do where there is none. */

import { homedir } from "node:os";

import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";

import { findServer, PROGRAM } from "./server.js";

const SETTINGS = "ioctl-lint";
const LANGUAGES = ["c", "cpp", "rust"];
const INSTALL = "How to install";
const OPEN_SETTING = "Open the setting";
const PAGE = "https://github.com/ioctlkit/ioctlkit/blob/main/README.md";

let client: LanguageClient | undefined;
/** Starts and stops follow each other. */
let turn: Promise<void> = Promise.resolve();

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("ioctl-lint.restart", restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(SETTINGS)) {
        void restart();
      }
    }),
  );
  await restart();
}

export async function deactivate(): Promise<void> {
  await turn;
  await stop();
}

async function restart(): Promise<void> {
  turn = turn.then(async () => {
    await stop();
    await start();
  });
  await turn;
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  await running?.dispose();
}

async function start(): Promise<void> {
  const settings = vscode.workspace.getConfiguration(SETTINGS);
  const server = await findServer(settings.get("path", ""), { path: process.env["PATH"], home: homedir() });
  if (server.kind === "missing") {
    // Nothing waits for the answer.
    void complain(server.message);
    return;
  }
  const serverOptions: ServerOptions = {
    command: server.program,
    args: ["server", ...settings.get<string[]>("arguments", [])],
  };
  const clientOptions: LanguageClientOptions = {
    documentSelector: LANGUAGES.map((language) => ({ scheme: "file", language })),
  };
  const started = new LanguageClient(SETTINGS, PROGRAM, serverOptions, clientOptions);
  try {
    await started.start();
    client = started;
  } catch (error) {
    void complain(`${server.program} did not start: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function complain(message: string): Promise<void> {
  const chosen = await vscode.window.showErrorMessage(message, INSTALL, OPEN_SETTING);
  if (chosen === INSTALL) {
    await vscode.env.openExternal(vscode.Uri.parse(PAGE));
  } else if (chosen === OPEN_SETTING) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "ioctl-lint.path");
  }
}
