import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { findServer, type Machine, type Server } from "./server.js";

let folder: string;
let machine: Machine;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ioctl-lint-"));
  machine = { path: `${join(folder, "a")}:${join(folder, "b")}`, home: join(folder, "home") };
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function program(name: string, mode = 0o755): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, "#!/bin/sh\n");
  await chmod(path, mode);
  return path;
}

function message(server: Server): string {
  assert.equal(server.kind, "missing");
  return server.kind === "missing" ? server.message : "";
}

test("the first program in PATH is taken", async () => {
  const second = await program("b/ioctl-lint");
  assert.deepEqual(await findServer("", machine), { kind: "found", program: second });
  const first = await program("a/ioctl-lint");
  assert.deepEqual(await findServer("  ", machine), { kind: "found", program: first });
});

test("what cannot be run is passed over", async () => {
  await program("a/ioctl-lint", 0o644);
  const second = await program("c/ioctl-lint");
  await mkdir(join(folder, "b/ioctl-lint"), { recursive: true });
  assert.match(message(await findServer("", machine)), /install its wheel with pip/);
  await rm(join(folder, "b"), { recursive: true });
  await mkdir(join(folder, "b"));
  await symlink(second, join(folder, "b/ioctl-lint"));
  const linked = join(folder, "b/ioctl-lint");
  assert.deepEqual(await findServer("", machine), { kind: "found", program: linked });
});

test("a folder of PATH that depends on the working folder is none", async () => {
  await program("ioctl-lint");
  const before = process.cwd();
  process.chdir(folder);
  try {
    for (const path of [".", "", ":", "./a:"]) {
      assert.match(message(await findServer("", { ...machine, path })), /is not in PATH/);
    }
    assert.match(message(await findServer("", { ...machine, path: undefined })), /is not in PATH/);
  } finally {
    process.chdir(before);
  }
});

test("the setting goes before PATH and never falls back to it", async () => {
  await program("a/ioctl-lint");
  const own = await program("home/bin/lint");
  assert.deepEqual(await findServer(own, machine), { kind: "found", program: own });
  assert.deepEqual(await findServer("~/bin/lint", machine), { kind: "found", program: own });
  assert.match(message(await findServer("/no/such/program", machine)), /no program is/);
  assert.match(message(await findServer(folder, machine)), /no program is/);
  assert.match(message(await findServer("bin/lint", machine)), /write an absolute path/);
});
