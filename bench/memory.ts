/** `npm run bench -- memory [shards]`: resident memory of each service at rest, with 100 runs under way, and after. */
import { startStack } from "@composite-llm/scripts/stack";
import { createFanOutClients } from "./fan-out-clients.ts";
import { runLoad } from "./load.ts";
import { residentMb } from "./process-figures.ts";

const CONCURRENT = 100;
const LOAD_MS = 30_000;
const EVERY_MS = 5000;

const shards = Number(process.argv[3] ?? 1);

/** Once before, so that the measured start finds what Node compiled. */
await (await startStack({ env: { LOG_LEVEL: "warn" } })).stop();
const stack = await startStack({ shards, env: { LOG_LEVEL: "warn" } });
const clients = createFanOutClients(stack.gatewayUrl, stack.mockUrl ?? "", "mock-latency-400");
const sample = () => Promise.all(stack.processes.map(({ pid }) => residentMb(pid)));
const rows: [when: string, mb: number[]][] = [["at rest", await sample()]];
try {
  const load = runLoad(CONCURRENT, LOAD_MS, clients.composite);
  for (let seconds = EVERY_MS; seconds <= LOAD_MS; seconds += EVERY_MS) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    rows.push([`${seconds / 1000} s`, await sample()]);
  }
  const { completed, failed } = await load;
  console.log(
    `${CONCURRENT} runs under way for ${LOAD_MS / 1000} s (each call takes 400 ms): ${completed} completed, ${failed} failed, on ${stack.redisServers.length} Redis`,
  );
  console.log(`\n| RSS, MB | ${stack.processes.map(({ name }) => name).join(" | ")} |`);
  console.log(`|---|${stack.processes.map(() => "---|").join("")}`);
  for (const [when, mb] of rows) console.log(`| ${when} | ${mb.map((value) => value.toFixed(0)).join(" | ")} |`);
} finally {
  await clients.close();
  await stack.stop();
}
