import { StartupError } from "@composite-llm/core";
import OpenAI from "openai";
import type { Ending } from "../process/end-on-signals.ts";
import { chooseModels } from "../start/choose-models.ts";
import { readSetup } from "../start/read-setup.ts";
import { type DemoStack, type DemoStackOptions, findRunningStack, startDemoStack, startLocalDemoStack } from "./demo-stack.ts";
import type { ExhibitView } from "./exhibit-view.ts";
import { type DemoCast, planExhibits } from "./plan-exhibits.ts";
import type { DemoOptions } from "./read-demo-options.ts";
import type { Screen } from "./screen.ts";
import { showExhibit } from "./show-exhibit.ts";
import { line } from "./styled-line.ts";
import { toComparison } from "./to-comparison.ts";

export interface DemoSurroundings {
  root: string;
  env: NodeJS.ProcessEnv;
  stateDirectory: string;
  screen: Screen;
  /** Monotonic. */
  now(): number;
  ending: Ending;
}

const SPENDS_MONEY =
  "The demo would send paid requests, because a provider's key was found: SMOKE=1 npm run demo allows it, and npm run demo -- --local-model costs nothing.";

const MOCK_LINE = "MOCK MODE: no provider key was found, so every answer, token and dollar below is SIMULATED by mock-provider.";
const PACE_LINE = "Their names ask mock-provider for a pace that an eye can follow; that part of them is not shown.";
const LOCAL_LINE = "REAL TEXT from SmolLM2-135M on this machine, free of charge. It is tiny: it shows how the panels work, not how well.";

function isFree(model: string): boolean {
  return model.startsWith("local/");
}

/** @throws StartupError when the model would cost money and nobody allowed that */
function checkCost(mode: "mock" | "real", model: string | null, env: NodeJS.ProcessEnv): void {
  if (mode === "real" && env["SMOKE"] !== "1" && (model === null || !isFree(model))) throw new StartupError(SPENDS_MONEY);
}

/** The models that answer, on a stack that runs. */
async function chooseCast({ mode, gatewayUrl, apiKey }: DemoStack, model: string | null): Promise<DemoCast> {
  if (model !== null) return { kind: "own", model };
  if (mode === "mock") return { kind: "simulated" };
  const [panel = ""] = await chooseModels(gatewayUrl, apiKey, null);
  return { kind: "own", model: panel.split("/").slice(2).join("/") };
}

async function openStage(options: DemoOptions, around: DemoStackOptions): Promise<{ stack: DemoStack; cast: DemoCast }> {
  const { env, root } = around;
  if (options.usesLocalModel) {
    const stack = await startLocalDemoStack(around);
    return { stack, cast: { kind: "small", model: stack.model } };
  }
  const running = await findRunningStack(around);
  const setup = await readSetup(root, env);
  checkCost(running?.mode ?? setup.mode, options.model, setup.env);
  const stack = running ?? (await startDemoStack(around));
  return { stack, cast: await chooseCast(stack, options.model) };
}

async function showAll(
  { stack, cast }: { stack: DemoStack; cast: DemoCast },
  question: string,
  { screen, now }: DemoSurroundings,
  signal: AbortSignal,
): Promise<ExhibitView[]> {
  const client = new OpenAI({ baseURL: `${stack.gatewayUrl}/v1`, apiKey: stack.apiKey ?? "none", maxRetries: 0, timeout: 300_000 });
  const views: ExhibitView[] = [];
  for (const exhibit of planExhibits(cast)) {
    if (signal.aborted) break;
    views.push(await showExhibit({ client, exhibit, question, screen, now, signal }));
  }
  return views;
}

/**
 * Shows the demo on the running stack, or on one that lives as long as it does.
 *
 * @returns whether every request was answered
 * @throws StartupError when something is in the way; what was started is ended in any case
 */
export async function runDemo(options: DemoOptions, around: DemoSurroundings): Promise<boolean> {
  const { screen, ending, root, env, stateDirectory } = around;
  const say = (text: string): void => screen.print([line([text, "dim"])]);
  const stage = await openStage(options, { root, env, stateDirectory, say, signal: ending.signal });
  const { stack, cast } = stage;
  try {
    const warning =
      cast.kind === "small" ? LOCAL_LINE : stack.mode === "mock" && !(cast.kind === "own" && isFree(cast.model)) ? MOCK_LINE : null;
    const remarks = warning === null ? [] : [line(["! ", "warning"], [warning, "warning"])];
    const pace = cast.kind === "simulated" ? [line([`  ${PACE_LINE}`, "dim"])] : [];
    screen.print([line(""), ...remarks, ...pace, line(["Question  ", "dim"], [options.question, "bold"]), line("")]);
    let sentence: string | null = null;
    const broken = new AbortController();
    void stack.gaveUp.then((why) => {
      sentence = why;
      broken.abort();
    });
    const views = await showAll(stage, options.question, around, AbortSignal.any([ending.signal, broken.signal]));
    if (sentence !== null) throw new StartupError(sentence);
    if (ending.signal.aborted) return false;
    screen.print([...toComparison(views), line(""), ...remarks]);
    return views.every(({ problem }) => problem === null);
  } finally {
    if (ending.signal.aborted) say("Stopping …");
    ending.insisted.addEventListener("abort", () => void stack.kill(), { once: true });
    screen.show([]);
    await stack.stop();
  }
}
