import { isRecord } from "@composite-llm/core";

/** What the documentation's examples use; in mock mode it always answers. */
const USUAL = ["composite/moa/openai/gpt-5", "composite/council/openai/gpt-5"];

/** A MoA and a council that the gateway serves: the usual ones where it can, else the first of each that it lists. */
export async function chooseModels(gatewayUrl: string, apiKey: string | null, preferred: string | null): Promise<string[]> {
  if (preferred !== null) return [`composite/moa/${preferred}`, `composite/council/${preferred}`];
  const headers = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
  const body: unknown = await fetch(`${gatewayUrl}/v1/models`, { headers }).then(
    (response) => response.json(),
    () => null,
  );
  const data = isRecord(body) && Array.isArray(body["data"]) ? body["data"] : [];
  const ids = data.flatMap((model: unknown) => (isRecord(model) && typeof model["id"] === "string" ? [model["id"]] : []));
  return USUAL.map((usual) => {
    const strategy = usual.split("/").slice(0, 2).join("/");
    return ids.includes(usual) ? usual : (ids.find((id) => id.startsWith(`${strategy}/`)) ?? usual);
  });
}
