import type { ToolCallDelta } from "@composite-llm/contracts";
import type { JsonObject } from "@composite-llm/core";

/** A piece of a tool call as a vendor sends it. */
export interface VendorToolCallPiece {
  /** The vendor's number of the call; null where it gives none. */
  key: number | null;
  id: string | null;
  name: string | null;
  arguments: string;
  vendor: JsonObject | null;
}

interface OpenCall {
  index: number;
  key: number | null;
  id: string | null;
  name: string | null;
  /** Arguments that came before the name. */
  early: string;
}

/**
 * Numbers the tool calls of one choice from 0 without gaps, whatever numbers the vendor gives (others, the same for all, or
 * none), and gives id and name with the first piece only. A call without an id gets one.
 */
export class ToolCallPieces {
  readonly #calls: OpenCall[] = [];
  readonly #createId: (index: number) => string;

  constructor(createId: (index: number) => string) {
    this.#createId = createId;
  }

  /** @returns null for a piece that tells nothing yet */
  next(piece: VendorToolCallPiece): ToolCallDelta | null {
    const call = this.#find(piece) ?? this.#open(piece);
    const delta: ToolCallDelta = { index: call.index };
    if (call.name === null) {
      call.early += piece.arguments;
      call.id ??= piece.id;
      if (piece.name === null) return null;
      call.name = piece.name;
      delta.id = call.id ?? this.#createId(call.index);
      delta.name = piece.name;
      delta.arguments = call.early;
    } else {
      delta.arguments = piece.arguments;
    }
    if (piece.vendor !== null) delta.vendor = piece.vendor;
    return delta.id === undefined && delta.arguments === "" && piece.vendor === null ? null : delta;
  }

  #find({ key, id, name }: VendorToolCallPiece): OpenCall | undefined {
    const call = key === null ? this.#calls.at(-1) : this.#calls.findLast((open) => open.key === key);
    if (call === undefined) return undefined;
    if (id !== null && call.id !== null && id !== call.id) return this.#calls.find((open) => open.id === id);
    // Where a vendor gives neither number nor id, every name begins a call.
    return key === null && id === null && name !== null && call.name !== null ? undefined : call;
  }

  #open({ key, id }: VendorToolCallPiece): OpenCall {
    const call: OpenCall = { index: this.#calls.length, key, id, name: null, early: "" };
    this.#calls.push(call);
    return call;
  }
}
