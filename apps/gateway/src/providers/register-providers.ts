import { ApiError } from "@composite-llm/core";
import { parseJsonBody, parseProviderPart } from "@composite-llm/openai-api";
import type { LimitsBoard } from "@composite-llm/queue";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { readBody } from "../http/read-body.ts";
import { reading } from "../runs/reading.ts";
import type { Settings } from "../settings.ts";
import { checkPart } from "./check-part.ts";
import { type ProviderObject, toProviderObject } from "./to-provider-object.ts";

const OPERATIONS = ["pause", "drain", "resume"] as const;

/** `/v1/providers`: what the operator sees of the limits of all providers, and does to them. */
export function registerProviders(app: FastifyInstance, board: LimitsBoard, settings: () => Pick<Settings, "providerKeys">): void {
  const show = async (names: readonly string[]): Promise<ProviderObject[]> => {
    const states = new Map((await reading(board.providers())).map((state) => [state.provider, state]));
    return names.map((name) => toProviderObject(name, states.get(name)));
  };

  const operate = async (operation: (typeof OPERATIONS)[number], name: string, request: FastifyRequest): Promise<ProviderObject> => {
    const bytes = readBody(request);
    const part = parseProviderPart(bytes.length === 0 ? {} : parseJsonBody(bytes));
    checkPart(name, part, settings().providerKeys);
    const isKnown = await reading(board[operation](name, part));
    if (!isKnown)
      throw new ApiError(
        "provider_not_found",
        `No model-caller has told the limits of ${name} yet: start one that serves it, then try again.`,
      );
    const [shown] = await show([name]);
    return shown ?? toProviderObject(name, undefined);
  };

  app.get("/v1/providers", async () => ({
    object: "list",
    data: await show([...settings().providerKeys.keys()]),
    has_more: false,
    next_cursor: null,
  }));
  for (const operation of OPERATIONS) {
    app.post<{ Params: { name: string } }>(`/v1/providers/:name/${operation}`, (request) =>
      operate(operation, request.params.name, request),
    );
  }
}
