import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));
const children: ChildProcess[] = [];
let directory = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "composite-bootstrap-"));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(directory, { recursive: true, force: true });
});

/** Runs a module's code in a process of its own. */
function run(code: string): { child: ChildProcess; output: Promise<string>; exited: Promise<unknown> } {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return { child, output: text(child.stdout), exited: once(child, "exit") };
}

describe("the lock of the installation", () => {
  const lock = (): string => join(directory, "state", "install.lock");
  const withLock = (work: string): string => `
    import { appendFileSync } from "node:fs";
    import { withLock } from ${JSON.stringify(join(here, "install-lock.mjs"))};
    const log = (line) => appendFileSync(${JSON.stringify(join(directory, "log"))}, line);
    await withLock(${JSON.stringify(lock())}, async () => { ${work} }, () => console.log("waits"));`;

  it("lets one process work at a time, and is gone at the end", async () => {
    const work = `log("<"); await new Promise((resolve) => setTimeout(resolve, 100)); log(">");`;
    const runs = [1, 2, 3, 4].map(() => run(withLock(work)));
    await Promise.all(runs.map(({ exited }) => exited));
    expect(await readFile(join(directory, "log"), "utf8")).toBe("<><><><>");
    expect(existsSync(lock())).toBe(false);
  });

  it("is taken over from a process that was killed", async () => {
    const killed = run(withLock(`log("a"); await new Promise((resolve) => setTimeout(resolve, 60_000));`));
    await vi.waitFor(async () => expect(await readFile(join(directory, "log"), "utf8")).toBe("a"), { timeout: 5_000 });
    killed.child.kill("SIGKILL");
    await killed.exited;
    await run(withLock(`log("b");`)).exited;
    expect(await readFile(join(directory, "log"), "utf8")).toBe("ab");
  });

  it("is taken over from a process that is silent for long, whatever has its id now", async () => {
    await mkdir(join(directory, "state"));
    await writeFile(lock(), String(process.pid));
    await utimes(lock(), new Date(0), new Date(0));
    await run(withLock(`log("c");`)).exited;
    expect(await readFile(join(directory, "log"), "utf8")).toBe("c");
  });

  it("is waited for while its holder lives", async () => {
    await mkdir(join(directory, "state"));
    await writeFile(lock(), String(process.pid));
    const waiting = run(withLock(`log("d");`));
    waiting.child.stdout?.once("data", () => void rm(lock()));
    expect(await waiting.output).toBe("waits\n");
  });
});

describe("the stamp of an installation", () => {
  async function stamp(): Promise<string> {
    const code = `import { stampOf } from ${JSON.stringify(join(here, "stamp.mjs"))}; console.log(stampOf(${JSON.stringify(directory)}));`;
    return (await run(code).output).trim();
  }

  it("changes with the lock file and with every manifest, and with nothing else", async () => {
    await mkdir(join(directory, "packages", "core", "src"), { recursive: true });
    await writeFile(join(directory, "pnpm-lock.yaml"), "a");
    const first = await stamp();
    await writeFile(join(directory, "packages", "core", "src", "index.ts"), "b");
    expect(await stamp()).toBe(first);
    await writeFile(join(directory, "packages", "core", "package.json"), "{}");
    const second = await stamp();
    expect(second).not.toBe(first);
    await writeFile(join(directory, "pnpm-lock.yaml"), "c");
    expect(await stamp()).not.toBe(second);
  });
});

describe("bootstrap.mjs", () => {
  it("says in one sentence that there is no such command", async () => {
    const child = spawn(process.execPath, [join(here, "..", "bootstrap.mjs"), "nothing"], { stdio: ["ignore", "ignore", "pipe"] });
    const exited = once(child, "exit");
    expect(await text(child.stderr)).toBe('There is no command nothing: see "scripts" in package.json for those that exist.\n');
    expect(await exited).toEqual([1, null]);
  });
});
