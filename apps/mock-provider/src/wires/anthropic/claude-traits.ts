/** What a Claude model takes. Names of other families take everything. */
export interface ClaudeTraits {
  /** `temperature`, `top_p` and `top_k`: together, `temperature` or `top_p`, or none of them. */
  sampling: "all" | "one" | "none";
  takesPrefill: boolean;
  takesSystemMessages: boolean;
  maxOutputTokens: number;
}

const FORM = /claude-(?:(?<family>opus|sonnet|haiku|fable|mythos)-)?(?<major>\d{1,2})(?:-(?<minor>\d{1,2})(?!\d))?/;
const ANYTHING: ClaudeTraits = {
  sampling: "all",
  takesPrefill: true,
  takesSystemMessages: true,
  maxOutputTokens: Number.POSITIVE_INFINITY,
};

function maxOutputOf(major: number, minor: number, family: string): number {
  if (major <= 3) return minor >= 7 ? 64_000 : minor >= 5 ? 8192 : 4096;
  if (major === 4 && family === "opus" && minor <= 1) return 32_000;
  return major === 4 && minor < 6 ? 64_000 : 128_000;
}

/** @param base the model's name, such as `claude-opus-4-5-20251101` or `claude-3-5-haiku-latest` */
export function claudeTraits(base: string): ClaudeTraits {
  const groups = FORM.exec(base)?.groups;
  if (groups === undefined) return ANYTHING;
  const { family = "", major: majorText, minor: minorText } = groups;
  const major = Number(majorText);
  const minor = Number(minorText ?? 0);
  const isAtLeast = (otherMajor: number, otherMinor: number): boolean =>
    major > otherMajor || (major === otherMajor && minor >= otherMinor);
  return {
    sampling: isAtLeast(4, 7) ? "none" : isAtLeast(4, 5) ? "one" : "all",
    takesPrefill: !isAtLeast(4, 6),
    takesSystemMessages: isAtLeast(4, 8),
    maxOutputTokens: maxOutputOf(major, minor, family),
  };
}
