import { describe, expect, it } from "vitest";
import { installHint, installRedis } from "./install-redis.ts";

function machine(commands: string[], outcomes: Record<string, number> = {}, isRoot = true) {
  const ran: string[] = [];
  const said: string[] = [];
  return {
    ran,
    said,
    isRoot,
    has: (command: string) => Promise.resolve(commands.includes(command)),
    run: (command: string, args: readonly string[]) => {
      const line = [command, ...args].join(" ");
      ran.push(line);
      return Promise.resolve(outcomes[args.at(-1) ?? ""] ?? 0);
    },
    say: (line: string) => void said.push(line),
  };
}

describe("installRedis", () => {
  it("asks apt-get for redis-server where it may", async () => {
    const debian = machine(["apt-get"]);
    expect(await installRedis(debian)).toBe(true);
    expect(debian.ran).toEqual(["apt-get update -qq", "apt-get install -y -qq --no-install-recommends redis-server"]);
    expect(debian.said).toEqual(["No Redis here: installing one with apt-get …"]);
  });

  it("takes the next package when the first is not to be had", async () => {
    const fedora = machine(["dnf"], { valkey: 1 });
    expect(await installRedis(fedora)).toBe(true);
    expect(fedora.ran).toEqual(["dnf install -y -q valkey", "dnf install -y -q redis"]);
  });

  it("does nothing without root, except by Homebrew", async () => {
    const user = machine(["apt-get"], {}, false);
    expect(await installRedis(user)).toBe(false);
    expect(user.ran).toEqual([]);
    expect(await installRedis(machine(["brew"], {}, false))).toBe(true);
  });
});

describe("installHint", () => {
  it("names the command of the machine's package manager", async () => {
    expect(await installHint((command) => Promise.resolve(command === "apt-get"))).toBe('run "sudo apt-get install redis-server"');
    expect(await installHint((command) => Promise.resolve(command === "brew"))).toBe('run "brew install valkey"');
    expect(await installHint(() => Promise.resolve(false))).toBe("install redis-server 7 or newer, or valkey-server");
  });
});
