import { describe, expect, it } from "vitest";
import type { Container } from "./container.ts";
import { listWeaknesses } from "./list-weaknesses.ts";

const tight: Container = {
  id: "c1",
  name: "test-redis-1",
  service: "redis",
  isRunning: true,
  exitCode: 0,
  hasReadOnlyRoot: true,
  dropsAllCapabilities: true,
  forbidsNewPrivileges: true,
  publishedOn: [],
};

function answering(top: string, probe?: unknown) {
  return async (args: readonly string[]): Promise<string> => (args[0] === "top" ? top : JSON.stringify(probe));
}

const asUser = "PID  UID\n101  999\n";

describe("listWeaknesses", () => {
  it("finds none in a container that is tight", async () => {
    expect(await listWeaknesses(answering(asUser), tight)).toEqual([]);
  });

  it("finds a process of root among others", async () => {
    expect(await listWeaknesses(answering("PID UID\n101 999\n102 0\n"), tight)).toEqual(["test-redis-1: a process runs as root"]);
  });

  it.each([
    [{ hasReadOnlyRoot: false }, "the root file system can be written"],
    [{ dropsAllCapabilities: false }, "it keeps capabilities"],
    [{ forbidsNewPrivileges: false }, "its processes can gain privileges"],
    [{ publishedOn: ["127.0.0.1"] }, "a port is published on 127.0.0.1"],
    [{ service: "jaeger", publishedOn: [""] }, "a port is published on every address"],
  ])("finds what is loose in %j", async (loose, weakness) => {
    expect(await listWeaknesses(answering(asUser), { ...tight, ...loose })).toEqual([`test-redis-1: ${weakness}`]);
  });

  it("looks inside what we built", async () => {
    const probe = { uid: 1000, writable: ["/app"], canUseTmp: false, nodePackages: ["/app/node_modules/node/bin/node"] };
    expect(await listWeaknesses(answering(asUser, probe), { ...tight, service: "gateway", publishedOn: ["127.0.0.1"] })).toEqual([
      "test-redis-1: /app can be written",
      "test-redis-1: /tmp cannot be written",
      "test-redis-1: it carries a second Node in /app/node_modules/node/bin/node",
    ]);
  });
});
