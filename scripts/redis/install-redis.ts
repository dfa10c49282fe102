import { spawn } from "node:child_process";

/** A package manager and what it takes to get a Redis or Valkey server from it, in the order to try. */
interface PackageManager {
  name: string;
  needsRoot: boolean;
  prepare: string[] | null;
  install: string[];
  packages: string[];
}

const MANAGERS: readonly PackageManager[] = [
  {
    name: "apt-get",
    needsRoot: true,
    prepare: ["update", "-qq"],
    install: ["install", "-y", "-qq", "--no-install-recommends"],
    packages: ["redis-server", "valkey-server"],
  },
  { name: "dnf", needsRoot: true, prepare: null, install: ["install", "-y", "-q"], packages: ["valkey", "redis"] },
  { name: "apk", needsRoot: true, prepare: null, install: ["add", "--no-cache", "-q"], packages: ["valkey", "redis"] },
  { name: "brew", needsRoot: false, prepare: null, install: ["install", "-q"], packages: ["valkey", "redis"] },
];

/** Runs a command to its end; its exit code, null when it could not be started. */
export type RunCommand = (command: string, args: readonly string[]) => Promise<number | null>;

export interface InstallSurroundings {
  isRoot: boolean;
  /** Whether a command is there. */
  has(command: string): Promise<boolean>;
  run: RunCommand;
  /** Tells the user what is about to happen. */
  say(line: string): void;
}

/** Installs by the machine's own package manager where that is allowed; false when there is none or it failed. */
export async function installRedis(around: InstallSurroundings): Promise<boolean> {
  for (const manager of MANAGERS) {
    if ((manager.needsRoot && !around.isRoot) || !(await around.has(manager.name))) continue;
    around.say(`No Redis here: installing one with ${manager.name} …`);
    if (manager.prepare !== null) await around.run(manager.name, manager.prepare);
    for (const name of manager.packages) {
      if ((await around.run(manager.name, [...manager.install, name])) === 0) return true;
    }
  }
  return false;
}

/** What the user should do where we may not install, as the end of a sentence. */
export async function installHint(has: (command: string) => Promise<boolean>): Promise<string> {
  for (const { name, install, packages, needsRoot } of MANAGERS) {
    if (await has(name)) return `run "${needsRoot ? "sudo " : ""}${name} ${install[0] ?? ""} ${packages[0] ?? ""}"`;
  }
  return "install redis-server 7 or newer, or valkey-server";
}

/** Runs a command with its output kept away from the terminal; the output goes to `log`. */
export function commandRunner(log: (text: string) => void): RunCommand {
  return (command, args) =>
    new Promise((resolve) => {
      const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", HOMEBREW_NO_AUTO_UPDATE: "1" };
      const child = spawn(command, [...args], { stdio: ["ignore", "pipe", "pipe"], env });
      child.stdout.on("data", (data: Buffer) => log(data.toString()));
      child.stderr.on("data", (data: Buffer) => log(data.toString()));
      child.on("error", () => resolve(null));
      child.on("close", (code) => resolve(code));
    });
}
