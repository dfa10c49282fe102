import { z } from "zod";
import { type Container, parseContainers } from "./container.ts";
import type { Docker } from "./docker.ts";

export interface ComposeProject {
  name: string;
  build(signal: AbortSignal): Promise<void>;
  /** Starts what does not run yet, as often as `replicas` says, and waits until everything is healthy. */
  up(replicas: Readonly<Record<string, number>>, signal: AbortSignal): Promise<void>;
  /** Ends everything as `docker stop` does, and keeps the containers. */
  stop(signal: AbortSignal): Promise<void>;
  containers(): Promise<Container[]>;
  /** The end of each container's log. */
  logs(): Promise<string>;
  /** Removes containers, networks and volumes; images stay. */
  down(): Promise<void>;
  /** Names of what the engine still has of this project. */
  leftovers(): Promise<string[]>;
}

export interface ComposeProjectOptions {
  docker: Docker;
  name: string;
  /** Compose files, the later ones change the earlier ones. */
  files: readonly string[];
  /** How long everything may take to be healthy. */
  healthyWithinMs: number;
}

/** The arguments in front of every command; `.env` is not read. */
function composeArguments(files: readonly string[]): string[] {
  return ["compose", "--env-file", "/dev/null", ...files.flatMap((file) => ["--file", file])];
}

/** The image that a service of a compose file names. @throws when it names none */
export async function readImageName(docker: Docker, file: string, service: string): Promise<string> {
  const config: unknown = JSON.parse(await docker([...composeArguments([file]), "config", "--format", "json"]));
  const image = z.object({ services: z.record(z.string(), z.object({ image: z.string() })) }).parse(config).services[service]?.image;
  if (image === undefined) throw new Error(`${file} has no service ${service}.`);
  return image;
}

/** A compose project of its own name, which shares nothing with another one of the same files. */
export function createComposeProject({ docker, name, files, healthyWithinMs }: ComposeProjectOptions): ComposeProject {
  const compose = (args: readonly string[], signal?: AbortSignal): Promise<string> =>
    docker([...composeArguments(files), "--project-name", name, ...args], signal);
  const ofProject = ["--filter", `label=com.docker.compose.project=${name}`];
  const list = async (args: readonly string[]): Promise<string[]> => (await docker([...args, ...ofProject])).split("\n").filter(Boolean);

  return {
    name,
    async build(signal) {
      await compose(["build"], signal);
    },
    async up(replicas, signal) {
      const scale = Object.entries(replicas).flatMap(([service, count]) => ["--scale", `${service}=${count}`]);
      const seconds = String(Math.ceil(healthyWithinMs / 1000));
      await compose(["up", "--no-build", "--no-recreate", "--wait", "--wait-timeout", seconds, ...scale], signal);
    },
    async stop(signal) {
      await compose(["stop"], signal);
    },
    async containers() {
      const ids = await list(["ps", "--all", "--quiet"]);
      return ids.length === 0 ? [] : parseContainers(await docker(["inspect", ...ids]));
    },
    logs: () => compose(["logs", "--no-color", "--tail", "10"]),
    async down() {
      await compose(["down", "--volumes", "--remove-orphans", "--timeout", "10"]);
    },
    async leftovers() {
      const containers = await list(["ps", "--all", "--format", "container {{.Names}}"]);
      const volumes = await list(["volume", "ls", "--format", "volume {{.Name}}"]);
      const networks = await list(["network", "ls", "--format", "network {{.Name}}"]);
      return [...containers, ...volumes, ...networks];
    },
  };
}
