import { StartupError } from "@composite-llm/core";
import type { Ending } from "../process/end-on-signals.ts";
import { chooseModels } from "./choose-models.ts";
import { launch, type LaunchedStack, logsOf } from "./launch.ts";
import { toAnswerLine, toCurlLine, toSummary } from "./print-summary.ts";
import { sendFirstRequests } from "./send-first-requests.ts";

export interface ForegroundOptions {
  root: string;
  env: NodeJS.ProcessEnv;
  stateDirectory: string;
  say(line: string): void;
  ending: Ending;
}

function addressesOf({ processes, redis, gatewayUrl }: LaunchedStack): [string, string][] {
  const origin = redis.version === null ? "of REDIS_URL" : `private, ${redis.version}`;
  return [
    ["gateway", `${gatewayUrl}/v1   (OpenAI format)`],
    ...processes.filter(({ service }) => service !== "gateway").map(({ name, url }): [string, string] => [name, url]),
    ["redis", `${redis.url.replace(/\/\/[^/@]*@/, "//")}   (${origin})`],
  ];
}

function localLines({ localServers, setup }: LaunchedStack): string[] {
  const asked = setup.env["LOCAL_MODEL_URL"] ?? "";
  if (asked !== "" && localServers.length === 0) return [`The server of LOCAL_MODEL_URL (${asked}) lists no models: is it running?`];
  return localServers.map(({ baseUrl, models }, index) => {
    const names = models.slice(0, 3).map((model) => `local/${model}`);
    const more = models.length > names.length ? ` and ${models.length - names.length} more` : "";
    if (index > 0) return `Another model server answers at ${baseUrl}: set LOCAL_MODEL_URL to use that one.`;
    return `Local models at ${baseUrl}, real: ${names.length === 0 ? "none loaded yet" : names.join(", ")}${more}`;
  });
}

/** A model that costs nothing, for the first requests; null when only real keys could answer. */
function freeModel({ setup, localServers }: LaunchedStack): string | null {
  if (setup.mode === "mock") return "openai/gpt-5";
  const model = localServers[0]?.models[0];
  return model === undefined ? null : `local/${model}`;
}

async function sayFirstAnswers(stack: LaunchedStack, env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<void> {
  const { gatewayUrl, setup } = stack;
  const free = freeModel(stack);
  const models = await chooseModels(gatewayUrl, setup.apiKey, free);
  if (free !== null || env["SMOKE"] === "1") {
    const answers = await sendFirstRequests(gatewayUrl, setup.apiKey ?? "none", models);
    for (const answer of answers) say(toAnswerLine(answer));
  } else say("  No first requests were sent, because they would cost money; SMOKE=1 sends them.");
  say("");
  say("  Try it:");
  say(`    ${toCurlLine(gatewayUrl, models[0] ?? "", setup.apiKey !== null)}`);
  say("");
  say("  Ctrl-C stops everything.");
}

function whenAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener("abort", () => resolve(null), { once: true });
  });
}

/**
 * Starts the stack, tells where it listens and what its first answers were, and serves until the user ends it.
 *
 * @throws StartupError when something is in the way, or when a service died too often; nothing is left running then
 */
export async function serveInForeground({ root, env, stateDirectory, say, ending }: ForegroundOptions): Promise<void> {
  const startedMs = performance.now();
  const stack = await launch({ root, env, stateDirectory, say, signal: ending.signal });
  const readyAfterMs = performance.now() - startedMs;
  const { mode, warnings } = stack.setup;
  const facts = {
    addresses: addressesOf(stack),
    mode,
    localModels: localLines(stack),
    logs: logsOf(stateDirectory),
    readyAfterMs,
    warnings,
  };
  for (const line of toSummary(facts)) say(line);
  void sayFirstAnswers(stack, stack.setup.env, (line) => (ending.signal.aborted ? undefined : say(line)));

  const sentence = await Promise.race([whenAborted(ending.signal), stack.gaveUp]);
  say("");
  say("Stopping …");
  void whenAborted(ending.insisted).then(() => stack.kill());
  await stack.stop();
  if (sentence !== null) throw new StartupError(sentence);
}
