import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Configuration } from "../configuration.ts";
import { loadText } from "../fixtures/load-text.ts";
import { type ConfigurationSource, watchConfiguration, type WatchOptions } from "./watch-configuration.ts";

let folder = "";
let source: ConfigurationSource | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "composite-watch-"));
});

afterEach(async () => {
  source?.close();
  source = null;
  await rm(folder, { recursive: true, force: true });
});

const textWith = (tokens: number): string => `version: 1\ndefaults: { member_max_tokens: ${tokens} }\n`;
const tokensOf = (configuration: Configuration | undefined): number | undefined => configuration?.defaults.memberMaxTokens;

async function watch(path: string | null, options: Partial<WatchOptions> = {}) {
  const changes: (number | undefined)[] = [];
  const problems: string[] = [];
  source = await watchConfiguration({
    path,
    load: async () => loadText(path === null ? "" : await readFile(path, "utf8")),
    onChange: (configuration) => void changes.push(tokensOf(configuration)),
    onProblem: (error) => void problems.push(error instanceof Error ? error.message : "?"),
    quietMs: 10,
    pollMs: 60_000,
    ...options,
  });
  return { source, changes, problems };
}

describe("watchConfiguration", () => {
  it("takes over a file that is written in place", async () => {
    const path = join(folder, "composite.yaml");
    await writeFile(path, textWith(1));
    const { source: watched, changes } = await watch(path);
    expect(tokensOf(watched.current())).toBe(1);
    await writeFile(path, textWith(2));
    await vi.waitFor(() => expect(changes.at(-1)).toBe(2));
    expect(tokensOf(watched.current())).toBe(2);
  });

  it("takes over a file that is put in the place of the old one, again and again", async () => {
    const path = join(folder, "composite.yaml");
    await writeFile(path, textWith(1));
    const { changes } = await watch(path);
    for (const tokens of [2, 3]) {
      await writeFile(`${path}.new`, textWith(tokens));
      await rename(`${path}.new`, path);
      await vi.waitFor(() => expect(changes.at(-1)).toBe(tokens));
    }
  });

  it("takes over a swapped symbolic link, as Kubernetes swaps them", async () => {
    for (const tokens of [1, 2]) {
      await mkdir(join(folder, `..version-${tokens}`));
      await writeFile(join(folder, `..version-${tokens}`, "composite.yaml"), textWith(tokens));
    }
    await symlink("..version-1", join(folder, "..data"));
    await symlink(join("..data", "composite.yaml"), join(folder, "composite.yaml"));
    const { changes } = await watch(join(folder, "composite.yaml"));
    await symlink("..version-2", join(folder, "..data-new"));
    await rename(join(folder, "..data-new"), join(folder, "..data"));
    await vi.waitFor(() => expect(changes).toEqual([2]));
  });

  it("takes over a change of the file that a link leads to", async () => {
    await mkdir(join(folder, "elsewhere"));
    const real = join(folder, "elsewhere", "real.yaml");
    await writeFile(real, textWith(1));
    await symlink(real, join(folder, "composite.yaml"));
    const { changes } = await watch(join(folder, "composite.yaml"));
    await writeFile(real, textWith(2));
    await vi.waitFor(() => expect(changes.at(-1)).toBe(2));
  });

  it("finds a change by looking where the system reports none", async () => {
    const path = join(folder, "composite.yaml");
    await writeFile(path, textWith(1));
    const { changes } = await watch(path, { quietMs: 1_000_000, pollMs: 20 });
    await writeFile(path, textWith(22));
    await vi.waitFor(() => expect(changes.at(-1)).toBe(22));
  });

  it("keeps the old configuration when the new one cannot be used, says so, and takes the next good one", async () => {
    const path = join(folder, "composite.yaml");
    await writeFile(path, textWith(1));
    const { source: watched, changes, problems } = await watch(path);
    await writeFile(path, "version: 1\nservr: {}\n");
    await vi.waitFor(() => expect(problems.at(-1)).toContain("servr is not known; did you mean server?"));
    expect(tokensOf(watched.current())).toBe(1);
    expect(changes).toEqual([]);
    await writeFile(path, textWith(3));
    await vi.waitFor(() => expect(changes).toEqual([3]));
  });

  it("says so when the file is gone, and goes on when it is back", async () => {
    const path = join(folder, "composite.yaml");
    await writeFile(path, textWith(1));
    const { source: watched, changes, problems } = await watch(path);
    await rm(path);
    await vi.waitFor(() => expect(problems).toHaveLength(1));
    expect(tokensOf(watched.current())).toBe(1);
    await writeFile(path, textWith(2));
    await vi.waitFor(() => expect(changes.at(-1)).toBe(2));
  });

  it("loads once more what changed while it loaded, and takes over only that", async () => {
    const loads: PromiseWithResolvers<Configuration>[] = [];
    const load = () => {
      const next = Promise.withResolvers<Configuration>();
      loads.push(next);
      return next.promise;
    };
    const seen: { event: () => void } = { event: () => undefined };
    const watchPath = (_path: string, onEvent: () => void) => {
      seen.event = onEvent;
      return Promise.resolve({ close: () => undefined });
    };
    const changes: (number | undefined)[] = [];
    const onChange = (configuration: Configuration) => void changes.push(tokensOf(configuration));
    const watching = watchConfiguration({ path: "composite.yaml", load, onChange, onProblem: () => undefined }, watchPath);
    await vi.waitFor(() => expect(loads).toHaveLength(1));
    seen.event();
    loads[0]?.resolve(await loadText(textWith(1)));
    expect(tokensOf((await watching).current())).toBe(1);
    await vi.waitFor(() => expect(loads).toHaveLength(2));
    seen.event();
    seen.event();
    loads[1]?.resolve(await loadText(textWith(2)));
    await vi.waitFor(() => expect(loads).toHaveLength(3));
    loads[2]?.resolve(await loadText(textWith(3)));
    await vi.waitFor(() => expect(changes).toEqual([3]));
    expect(loads).toHaveLength(3);
  });

  it("calls listeners until they leave", async () => {
    const path = join(folder, "composite.yaml");
    await writeFile(path, textWith(1));
    const { source: watched, changes } = await watch(path);
    const seen: (number | undefined)[] = [];
    const leave = watched.onChange((configuration) => void seen.push(tokensOf(configuration)));
    await writeFile(path, textWith(2));
    await vi.waitFor(() => expect(seen.at(-1)).toBe(2));
    leave();
    await writeFile(path, textWith(3));
    await vi.waitFor(() => expect(changes.at(-1)).toBe(3));
    expect(seen).not.toContain(3);
  });

  it("rejects when the first load fails", async () => {
    const path = join(folder, "composite.yaml");
    await writeFile(path, "version: 7\n");
    await expect(watch(path)).rejects.toThrow("version must be 1");
  });

  it("has nothing to watch without a file", async () => {
    const { source: watched } = await watch(null);
    expect(watched.current().mode).toBe("mock");
  });
});
