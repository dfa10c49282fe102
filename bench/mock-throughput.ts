import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "undici";
import { percentile, runLoad } from "./load.ts";
import { cpuMs, residentMb } from "./process-figures.ts";

const CONNECTIONS = 100;
const SLICE_MS = Number(process.env["BENCH_SLICE_MS"] ?? 5000);

/** How fast mock-provider answers at zero latency, with this process as its only client on the same machine. */
const ledgerFile = join(tmpdir(), `mock-throughput-${process.pid}.jsonl`);
const main = new URL("../apps/mock-provider/src/main.ts", import.meta.url).pathname;
const env = { ...process.env, MOCK_PROVIDER_PORT: "0", MOCK_LEDGER_FILE: ledgerFile, LOG_LEVEL: "warn" };
const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
try {
  const [announced] = await once(child, "message");
  const { listening } = announced as { listening: string };
  const pool = new Pool(listening, { connections: CONNECTIONS, pipelining: 1 });
  const pid = child.pid ?? 0;

  const post = async (path: string, headers: Record<string, string>, body: string): Promise<void> => {
    const response = await pool.request({ path, method: "POST", headers: { "content-type": "application/json", ...headers }, body });
    await response.body.dump({ limit: Number.POSITIVE_INFINITY });
    if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
  };
  const judge = { "x-composite-run": "bench", "x-composite-step": "final", "x-composite-cell": "1", "x-composite-try": "1" };
  const openai = { ...judge, authorization: "Bearer any" };
  const anthropic = { ...judge, "x-api-key": "any", "anthropic-version": "2023-06-01" };
  const messages = [
    { role: "system", content: "You are a helpful assistant." },
    { role: "user", content: "Why is the sky blue? Answer in two sentences." },
  ];
  const cases: [string, () => Promise<void>][] = [
    ["OpenAI, JSON", () => post("/openai/v1/chat/completions", openai, JSON.stringify({ model: "gpt-5", messages }))],
    ["OpenAI, stream", () => post("/openai/v1/chat/completions", openai, JSON.stringify({ model: "gpt-5", messages, stream: true }))],
    [
      "Anthropic, JSON",
      () =>
        post(
          "/anthropic/v1/messages",
          anthropic,
          JSON.stringify({ model: "claude-sonnet-4-6", max_tokens: 1000, messages: messages.slice(1) }),
        ),
    ],
  ];

  console.log(
    `| ${CONNECTIONS} connections, ${SLICE_MS} ms each | requests/s | p50 ms | p99 ms | CPU of the mock | requests per CPU second of it | failed |\n|---|---|---|---|---|---|---|`,
  );
  for (const [name, request] of cases) {
    await runLoad(CONNECTIONS, 1500, request);
    const before = await cpuMs(pid);
    const { perSecond, completed, failed, latenciesMs } = await runLoad(CONNECTIONS, SLICE_MS, request);
    const cpu = (await cpuMs(pid)) - before;
    const [p50, p99] = [percentile(latenciesMs, 50), percentile(latenciesMs, 99)].map((value) => value.toFixed(1));
    const share = `${((cpu / SLICE_MS) * 100).toFixed(0)} %`;
    console.log(
      `| ${name} | ${perSecond.toFixed(0)} | ${p50} | ${p99} | ${share} | ${((completed * 1000) / cpu).toFixed(0)} | ${failed} |`,
    );
  }
  console.log(`\nresident memory of the mock afterwards: ${(await residentMb(pid)).toFixed(0)} MB`);
  await pool.close();
} finally {
  child.kill("SIGTERM");
  rmSync(ledgerFile, { force: true });
}
