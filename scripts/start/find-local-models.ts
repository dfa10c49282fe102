import { isRecord } from "@composite-llm/core";
import { PROVIDER_PRESETS } from "@composite-llm/pricing";

/** A server on this machine that speaks the OpenAI format. */
export interface LocalServer {
  /** With `/v1` at its end. */
  baseUrl: string;
  models: string[];
}

/** Names of the presets whose servers people run at home, each with its usual port. */
const USUAL = ["ollama", "lm-studio", "vllm", "llama-cpp"];

/** The names in a list of models; null when it is none, or that of a gateway like ours. */
function modelNames(body: unknown): string[] | null {
  if (!isRecord(body) || !Array.isArray(body["data"])) return null;
  const names = body["data"].flatMap((model: unknown) => (isRecord(model) && typeof model["id"] === "string" ? [model["id"]] : []));
  return names.some((name) => name.startsWith("composite/")) ? null : names;
}

async function askForModels(baseUrl: string, fetcher: typeof fetch, timeoutMs: number): Promise<LocalServer | null> {
  try {
    const response = await fetcher(`${baseUrl}/models`, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) return null;
    const models = modelNames(await response.json());
    return models === null ? null : { baseUrl, models };
  } catch {
    // Nobody there, or somebody who speaks another language.
    return null;
  }
}

/** Where to look: `LOCAL_MODEL_URL` alone when it is set, else the usual ports except those that we take ourselves. */
export function localCandidates(localModelUrl: string | null, ownPorts: ReadonlySet<number>): string[] {
  if (localModelUrl !== null) return [localModelUrl.replace(/\/+$/, "")];
  const usual = USUAL.flatMap((name) => PROVIDER_PRESETS[name]?.baseUrl ?? []);
  return usual.filter((url) => !ownPorts.has(Number(new URL(url).port)));
}

/** Asks all candidates at once which models they have; those that answer, in the order of the candidates. */
export async function findLocalModels(
  candidates: readonly string[],
  fetcher: typeof fetch = fetch,
  timeoutMs = 700,
): Promise<LocalServer[]> {
  const answers = await Promise.all(candidates.map((url) => askForModels(url, fetcher, timeoutMs)));
  return answers.filter((server) => server !== null);
}
