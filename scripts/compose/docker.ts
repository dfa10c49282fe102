import { spawn } from "node:child_process";

/** A docker command that failed, with the end of what it printed. */
export class DockerError extends Error {
  override name = "DockerError";
}

/**
 * Runs the docker command line and gives what it wrote to its standard output.
 *
 * @param signal ends it when aborted
 * @throws DockerError when there is no docker, or the command ended with another code than 0
 */
export type Docker = (args: readonly string[], signal?: AbortSignal) => Promise<string>;

const KEPT = 6_000;

/** @param env its whole environment @param directory where it runs */
export function createDocker(env: NodeJS.ProcessEnv, directory: string): Docker {
  return (args, signal) =>
    new Promise((resolve, reject) => {
      const fail = (reason: string): void => reject(new DockerError(`docker ${args.join(" ")}: ${reason}`));
      if (signal?.aborted === true) return fail("stopped");
      // In a group of its own: Ctrl-C reaches only us, and we still need docker to clean up.
      const child = spawn("docker", [...args], { cwd: directory, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
      let output = "";
      let tail = "";
      child.stdout.on("data", (data: Buffer) => {
        output += data.toString();
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (data: Buffer) => {
          tail = (tail + data.toString()).slice(-KEPT);
        });
      }
      const stop = (): void => void child.kill("SIGTERM");
      signal?.addEventListener("abort", stop, { once: true });
      child.on("error", (error) => fail(error.message));
      child.on("close", (code) => {
        signal?.removeEventListener("abort", stop);
        if (code === 0) resolve(output);
        else fail(signal?.aborted === true ? "stopped" : tail.trim());
      });
    });
}
