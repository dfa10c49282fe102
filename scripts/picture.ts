/** `npm run picture`: draws docs/images/council-run.svg from a council run on mock-provider with the pace of real models. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawRun, type PictureRun } from "./picture/run-picture.ts";
import { startStack } from "./stack/start-stack.ts";

const COUNCIL = [
  "openai/gpt-5-mini-mock-ttft-600-tps-70",
  "anthropic/claude-haiku-4-5-mock-ttft-450-tps-110",
  "gemini/gemini-2.5-flash-mock-ttft-300-tps-160",
  "mistral/mistral-medium-mock-ttft-500-tps-80",
];

interface Answer {
  composite: { stages: PictureRun["stages"]; latency_ms: number; critical_path: string[] };
}

const stack = await startStack();
try {
  const response = await fetch(`${stack.gatewayUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model: "composite/council/openai/gpt-5-mock-ttft-800-tps-60",
      council_models: COUNCIL,
      messages: [{ role: "user", content: "Which database should a small shop choose, and why?" }],
    }),
  });
  if (!response.ok) throw new Error(`the run failed: ${await response.text()}`);
  const { composite } = (await response.json()) as Answer;
  const picture = drawRun({
    model: "composite/council/openai/gpt-5",
    latencyMs: composite.latency_ms,
    stages: composite.stages,
    criticalPath: composite.critical_path,
  });
  const folder = join(import.meta.dirname, "..", "docs", "images");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "council-run.svg"), picture);
  console.log(`drew docs/images/council-run.svg: ${composite.latency_ms} ms`);
} finally {
  await stack.stop();
}
