import { z } from "zod";

const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
const FORM = /^([1-9]\d{0,8})(B|kB|MB|GB|KiB|MiB|GiB)$/;
const EXAMPLE = "must be a size with its unit, such as 512KiB or 10MiB";

/** A number of bytes as text, read as a number. */
export function byteSize(fallback: string) {
  return z
    .string({ error: EXAMPLE })
    .regex(FORM, EXAMPLE)
    .default(fallback)
    .transform((text) => {
      const [, amount = "0", unit = "B"] = FORM.exec(text) ?? [];
      return Number(amount) * (UNITS[unit] ?? 1);
    });
}
