import { finalKey, type PlannedSlot, type PlannedStrategy } from "@composite-llm/contracts";

/** The call whose text the client gets: of a composite as the last model, that one's own last call. */
export interface LastCall {
  final: PlannedSlot;
  /** Before the names of its stage and step. */
  prefix: string;
}

export function lastCallOf(root: PlannedStrategy): LastCall {
  let { final } = root;
  let prefix = "";
  for (let inner = final.member.nested; inner !== null; inner = final.member.nested) {
    prefix = `${finalKey(prefix)}/`;
    final = inner.final;
  }
  return { final, prefix };
}
