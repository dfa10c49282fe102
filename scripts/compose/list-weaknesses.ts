import { z } from "zod";
import type { Container } from "./container.ts";
import type { Docker } from "./docker.ts";
import { OWN_SERVICES } from "./to-override.ts";

/** Runs inside a container of ours: what a process there could do, and whether a second Node came along. */
const PROBE = `
const fs = require("node:fs");
const canWrite = (folder) => { try { fs.writeFileSync(folder + "/probe", ""); return true; } catch { return false; } };
console.log(JSON.stringify({
  uid: process.getuid(),
  writable: ["/", "/app", "/home/node", "/etc"].filter(canWrite),
  canUseTmp: canWrite("/tmp"),
  nodePackages: fs.globSync("/app/**/node_modules/node/bin/node"),
}));`;
const probed = z.object({ uid: z.int(), writable: z.array(z.string()), canUseTmp: z.boolean(), nodePackages: z.array(z.string()) });

const PUBLISHED = new Set(["gateway", "jaeger"]);

async function probeInside(docker: Docker, { id }: Container): Promise<string[]> {
  const inside = probed.parse(JSON.parse(await docker(["exec", id, "node", "-e", PROBE])));
  return [
    ...(inside.uid === 0 ? ["a command in it runs as root"] : []),
    ...inside.writable.map((folder) => `${folder} can be written`),
    ...(inside.canUseTmp ? [] : ["/tmp cannot be written"]),
    ...inside.nodePackages.map((path) => `it carries a second Node in ${path}`),
  ];
}

/** What an attacker would like about a running container, as sentences; none when it is as tight as it should be. */
export async function listWeaknesses(docker: Docker, container: Container): Promise<string[]> {
  const [, ...processes] = (await docker(["top", container.id, "-eo", "pid,uid"])).trim().split("\n");
  const isOwn = OWN_SERVICES.some((name) => name === container.service);
  return [
    ...(processes.some((line) => line.trim().split(/\s+/)[1] === "0") ? ["a process runs as root"] : []),
    ...(container.hasReadOnlyRoot ? [] : ["the root file system can be written"]),
    ...(container.dropsAllCapabilities ? [] : ["it keeps capabilities"]),
    ...(container.forbidsNewPrivileges ? [] : ["its processes can gain privileges"]),
    ...container.publishedOn
      .filter((address) => address !== "127.0.0.1" || !PUBLISHED.has(container.service))
      .map((address) => `a port is published on ${address === "" ? "every address" : address}`),
    ...(isOwn ? await probeInside(docker, container) : []),
  ].map((weakness) => `${container.name}: ${weakness}`);
}
