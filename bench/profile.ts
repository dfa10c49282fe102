/** `npm run bench -- profile`: draws where the CPU of each service goes while panels run, as docs/images/flame-<service>.svg. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStack } from "@composite-llm/scripts/stack";
import { createFanOutClients } from "./fan-out-clients.ts";
import { type CpuProfile, drawFlameGraph } from "./flame-graph.ts";
import { runLoad } from "./load.ts";

const SERVICES = ["gateway", "orchestrator", "model-caller"] as const;
const LOAD_MS = 8000;

const folder = await mkdtemp(join(tmpdir(), "composite-profile-"));
const images = join(import.meta.dirname, "..", "docs", "images");
try {
  await mkdir(images, { recursive: true });
  const profiled = (service: string) => ({
    env: { NODE_OPTIONS: `--cpu-prof --cpu-prof-interval=400 --cpu-prof-dir=${join(folder, service)}` },
  });
  const services = Object.fromEntries(SERVICES.map((service) => [service, profiled(service)]));
  const stack = await startStack({ env: { LOG_LEVEL: "warn" }, services });
  const clients = createFanOutClients(stack.gatewayUrl, stack.mockUrl ?? "", "mock-latency-0");
  const { perSecond } = await runLoad(100, LOAD_MS, clients.composite);
  await clients.close();
  await stack.stop();
  for (const service of SERVICES) {
    const [file] = await readdir(join(folder, service));
    const profile = JSON.parse(await readFile(join(folder, service, file ?? ""), "utf8")) as CpuProfile;
    const title = `${service}: CPU while ${perSecond.toFixed(0)} panels a second run (3 + 1 calls, 100 connections, profiler on)`;
    await writeFile(join(images, `flame-${service}.svg`), drawFlameGraph(profile, title));
    console.log(`drew docs/images/flame-${service}.svg`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
