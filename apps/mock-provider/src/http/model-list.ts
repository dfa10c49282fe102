import type { WireName } from "../wires/wire.ts";

const KNOWN: Readonly<Record<WireName, readonly string[]>> = {
  openai: ["gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-4.1", "gpt-4.1-mini", "gpt-4o", "gpt-4o-mini", "o3", "o4-mini"],
  anthropic: ["claude-opus-4-8", "claude-sonnet-4-6", "claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"],
};

const CREATED_SECONDS = 1_735_689_600;

function toModel(wire: WireName, id: string): object {
  return wire === "openai"
    ? { id, object: "model", created: CREATED_SECONDS, owned_by: "simulated" }
    : { type: "model", id, display_name: `${id} (simulated)`, created_at: "2025-01-01T00:00:00Z" };
}

/** The vendor's list of models. */
export function toModelList(wire: WireName): object {
  const data = KNOWN[wire].map((id) => toModel(wire, id));
  return wire === "openai" ? { object: "list", data } : { data, has_more: false, first_id: KNOWN[wire][0], last_id: KNOWN[wire].at(-1) };
}

/** One model of the vendor's. Any name is known. */
export function toModelEntry(wire: WireName, id: string): object {
  return toModel(wire, id);
}
