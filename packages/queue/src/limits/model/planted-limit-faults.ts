import { type LimitScriptTexts, loadLimitScripts } from "../limit-scripts.ts";

/** A fault in the text of the scripts, and the promise that it breaks. */
interface PlantedLimitFault {
  name: string;
  sound: string;
  faulty: string;
  breaks: RegExp;
}

export const PLANTED_LIMIT_FAULTS: readonly PlantedLimitFault[] = [
  {
    name: "a lease stays when it is given back",
    sound: "if redis.call('ZREM', lease_key(provider), member) == 0 then return false end",
    faulty: "",
    breaks: /given back is gone|settled once/,
  },
  {
    name: "tokens are given back twice",
    sound: "window[index] = math.max(0, window[index] + tokens)",
    faulty: "window[index] = math.max(0, window[index] + 2 * tokens)",
    breaks: /minute's tokens are conserved/,
  },
  {
    name: "a debt is forgotten",
    sound: "if window and tokens ~= 0 then window_correct",
    faulty: "if window and tokens < 0 then window_correct",
    breaks: /minute's tokens are conserved/,
  },
  {
    name: "the burst of requests is beyond the limit",
    sound: "(limit, whole - burst - spare) / 60000, burst + 1",
    faulty: "(limit, whole - burst - spare) / 60000, burst + 4",
    breaks: /no more requests/,
  },
  {
    name: "tokens that are taken late count for an earlier minute",
    sound: "if window then window_move(window, at,",
    faulty: "if false then window_move(window, at,",
    breaks: /conserved|no more tokens/,
  },
  {
    name: "a minute of tokens is shorter than one",
    sound: "local SLOTS, SLOT_MS = 25, 2500",
    faulty: "local SLOTS, SLOT_MS = 25, 2000",
    breaks: /minute/,
  },
  {
    name: "one more runs at once than may",
    sound: "count_leases(scope.id) >= math.max(1, math.floor(configured[CONCURRENT]))",
    faulty: "count_leases(scope.id) > configured[CONCURRENT]",
    breaks: /no more leases/,
  },
  {
    name: "leases of a key are not counted",
    sound: "if of_key then act(of_key, of_key.limits[CONCURRENT] > 0) end",
    faulty: "if of_key then act(of_key, false) end",
    breaks: /no more leases/,
  },
  {
    name: "a lease whose time is over is renewed",
    sound: "if expires <= now then",
    faulty: "if expires == 0 then",
    breaks: /renewed exactly while it lives/,
  },
  {
    name: "the ticket of a grant that nobody took is dropped at once",
    sound: "if record.grants >= 2 or",
    faulty: "if true or",
    breaks: /no ticket is lost/,
  },
  {
    name: "a grant that nobody took keeps its tokens",
    sound: "correct(scope, grant.at, -record.input, -record.output, -1)",
    faulty: "",
    breaks: /conserved/,
  },
  {
    name: "a block is ignored",
    sound: "if state[BLOCKED] > now then consider",
    faulty: "if false then consider",
    breaks: /way that is closed/,
  },
  {
    name: "a refused key is used on",
    sound: "note_failure(of_key, at, FAILURES_TO_OPEN)",
    faulty: "note_failure(of_key, at, 1)",
    breaks: /way that is closed/,
  },
  {
    name: "a paused provider grants",
    sound: "if state[OPERATION] == 1 then consider",
    faulty: "if false then consider",
    breaks: /paused/,
  },
  {
    name: "what nobody wants any more is granted",
    sound: "if record and record.untilMs > now then",
    faulty: "if record then",
    breaks: /nobody wants any more/,
  },
  {
    name: "a day has no limit",
    sound: "state[DAY_REQUESTS] + 1 > configured[RPD]",
    faulty: "false",
    breaks: /a day holds no more requests/,
  },
  {
    name: "the times of a class stay when nobody is in it",
    sound: "redis.call('DEL', fair_key(provider, class))",
    faulty: "",
    breaks: /nothing is left/,
  },
  {
    name: "whoever leaves stays in the queue",
    sound: "redis.call('ZREM', queue_key(provider, queue_name(record)), ticket)",
    faulty: "",
    breaks: /stands in a queue|is left/,
  },
];

/** Faults of the order in which those who wait are served. */
export const PLANTED_ORDER_FAULTS: readonly PlantedLimitFault[] = [
  { name: "classes do not age", sound: "passed[class] >= OVERDUE", faulty: "false", breaks: /once in 16 grants/ },
  {
    name: "the last class is served first",
    sound: "-passed[class] or class",
    faulty: "-passed[class] or -class",
    breaks: /first class is served first|once in 16/,
  },
  { name: "callers are served as they come", sound: "'F:' .. record.caller)", faulty: "'F:')", breaks: /share by their weights/ },
  {
    name: "weights do not count",
    sound: "math.max(1, record.input + record.output) / record.weight",
    faulty: "math.max(1, record.input + record.output)",
    breaks: /share by their weights/,
  },
];

/** The scripts with a fault. Throws when the text in which it is planted is not there any more. */
export function plantLimitFault({ name, sound, faulty }: PlantedLimitFault): LimitScriptTexts {
  let isPlanted = false;
  const texts = loadLimitScripts((text) => {
    isPlanted ||= text.includes(sound);
    return text.replace(sound, () => faulty);
  });
  if (!isPlanted) throw new Error(`"${name}" cannot be planted: no script has ${sound}`);
  return texts;
}
