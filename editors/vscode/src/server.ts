/** Where the server is. Nothing here knows of the editor. */

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

/** The name of the program. */
export const PROGRAM = "ioctl-lint";

/** What is known of the machine. */
export interface Machine {
  /** The variable `PATH`. */
  readonly path: string | undefined;
  /** The home folder. */
  readonly home: string;
}

/** The program, or why there is none, as a sentence for whoever has to do something about it. */
export type Server =
  | { readonly kind: "found"; readonly program: string }
  | { readonly kind: "missing"; readonly message: string };

/** Finds the program that the setting names, or else the one in `PATH`. */
export async function findServer(setting: string, machine: Machine): Promise<Server> {
  const named = setting.trim();
  if (named !== "") {
    return await namedServer(named, machine);
  }
  // Where a folder of `PATH` is relative, a program of the workspace would be meant.
  const folders = (machine.path ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  for (const folder of folders) {
    const program = join(folder, PROGRAM);
    if (await isProgram(program)) {
      return { kind: "found", program };
    }
  }
  return {
    kind: "missing",
    message:
      `${PROGRAM} is not in PATH: install its wheel with pip, or build it with cargo, ` +
      `or name it in the setting ioctl-lint.path`,
  };
}

async function namedServer(named: string, machine: Machine): Promise<Server> {
  const program = named.startsWith("~/") ? join(machine.home, named.slice(2)) : named;
  if (!isAbsolute(program)) {
    return {
      kind: "missing",
      message: `the setting ioctl-lint.path is "${named}": write an absolute path, or leave it empty for PATH`,
    };
  }
  if (await isProgram(program)) {
    return { kind: "found", program };
  }
  return {
    kind: "missing",
    message: `the setting ioctl-lint.path is "${named}", where no program is that can be run`,
  };
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
