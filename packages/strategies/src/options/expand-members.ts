import type { MemberRef } from "../strategy.ts";
import type { MemberOption } from "./member.ts";

/** Answers of the base model when a request names no members: samples of one good model are a strong panel. */
const DEFAULT_SIZE = 3;

/** A member in a slot of its own, and where it was named. */
export interface NamedMember {
  member: MemberRef;
  field: string;
}

/** One entry per slot: `count` is expanded, names become references. Without a list, the base model three times. */
export function expandMembers(field: string, members: readonly MemberOption[] | undefined, base: MemberRef): NamedMember[] {
  if (members === undefined) return Array.from({ length: DEFAULT_SIZE }, () => ({ member: base, field: "model" }));
  return members.flatMap((option, index) => {
    const named = { member: toMember(option), field: `${field}[${index}]` };
    return Array.from({ length: typeof option === "string" ? 1 : (option.count ?? 1) }, () => named);
  });
}

/** The member of a final call: the named one, else the base model. */
export function finalMember(field: string, option: MemberOption | undefined, base: MemberRef): NamedMember {
  return option === undefined ? { member: base, field: "model" } : { member: toMember(option), field };
}

function toMember(option: MemberOption): MemberRef {
  if (typeof option === "string") return { model: option };
  const { count: _, ...member } = option;
  return member;
}
