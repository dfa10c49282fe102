import { z } from "zod";

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const FORM = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;
const EXAMPLE = "must be a duration with its unit, such as 500ms, 30s, 10m, 24h or 7d";

/** A duration as text, read as milliseconds. */
export function duration(fallback: string) {
  return z
    .string({ error: EXAMPLE })
    .regex(FORM, EXAMPLE)
    .default(fallback)
    .transform((text) => {
      const [, amount = "0", unit = "ms"] = FORM.exec(text) ?? [];
      return Math.round(Number(amount) * (UNITS_MS[unit] ?? 1));
    });
}
