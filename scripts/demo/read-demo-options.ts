import { parseArgs } from "node:util";
import { StartupError } from "@composite-llm/core";

export interface DemoOptions {
  /** Whether the small local model is to answer. */
  usesLocalModel: boolean;
  /** A base model that the user names; null leaves the choice to the demo. */
  model: string | null;
  question: string;
}

const QUESTION = "In two sentences: why does it help to ask several people before deciding?";
const FORM = "npm run demo -- [--local-model | --model <name>] [--question <text>]";

/** @throws StartupError that shows the form, when an argument does not fit it */
export function readDemoOptions(args: readonly string[]): DemoOptions {
  const options = { "local-model": { type: "boolean" }, model: { type: "string" }, question: { type: "string" } } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    const usesLocalModel = values["local-model"] === true;
    if (usesLocalModel && values.model !== undefined) throw new Error("--local-model brings its own model");
    return { usesLocalModel, model: values.model ?? null, question: values.question ?? QUESTION };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split(/\.\s/)[0] ?? "") : String(error);
    throw new StartupError(`${reason.replace(/\.$/, "")}; the form is: ${FORM}`, { cause: error });
  }
}
