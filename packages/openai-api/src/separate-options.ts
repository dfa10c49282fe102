import { canonicalJson, type JsonObject, nearestName } from "@composite-llm/core";
import type { ChatRequest } from "./chat-request.ts";
import { invalidRequest } from "./invalid-request.ts";
import { isVendorField, OPENAI_FIELDS } from "./known-fields.ts";

export interface OptionNames {
  /** What the strategy of this request calls itself in messages. */
  strategy: string;
  /** Every option that this request may set. */
  own: ReadonlySet<string>;
  /** Options of other strategies, with the name of one that takes them. */
  others: ReadonlyMap<string, string>;
}

export interface SeparatedOptions {
  /** Parameters of the final stage: what no option claimed. */
  params: JsonObject;
  options: JsonObject;
  /** Where each option was given, as `composite.layers`: what errors name. */
  places: ReadonlyMap<string, string>;
}

/** At the top level fewer letters may differ than elsewhere: what is not ours there may be anybody's. */
const STRICT_SHARE = 4;

function misplaced(path: string, name: string, { strategy, own, others }: OptionNames): Error {
  const owner = others.get(name);
  if (owner !== undefined)
    return invalidRequest(path, `${path} is an option of ${owner}, not of ${strategy}: leave it out or change the model.`);
  const near = nearestName(name, [...own, ...others.keys()]);
  if (near !== null) return invalidRequest(path, `${path} is not an option; did you mean ${near}?`);
  if (OPENAI_FIELDS.has(name) || isVendorField(name))
    return invalidRequest(path, `${path} is not an option of ${strategy}: send ${name} at the top level of the request.`);
  return invalidRequest(path, `${path} is not an option of ${strategy}. There are: ${[...own].toSorted().join(", ")}.`);
}

function isMisspelt(name: string, { own, others }: OptionNames): boolean {
  return !isVendorField(name) && nearestName(name, [...own, ...others.keys()], STRICT_SHARE) !== null;
}

/**
 * Separates our options from the parameters of the final stage. Options stand at the top level, in `optional_params` or in
 * `composite`, everywhere with the same meaning; one that is null counts as not given. At the top level an unknown name belongs to the vendor, unless it is nearly one of ours.
 *
 * @throws ApiError for an option that is unknown, belongs to another strategy, or is given in two places with different values
 */
export function separateOptions(request: ChatRequest, names: OptionNames): SeparatedOptions {
  const params: JsonObject = {};
  const options: JsonObject = {};
  const places = new Map<string, string>();

  const take = (name: string, value: unknown, place: string): void => {
    if (value === null) return;
    const earlier = places.get(name);
    if (earlier === undefined) {
      options[name] = value;
      places.set(name, place);
    } else if (canonicalJson(options[name]) !== canonicalJson(value)) {
      throw invalidRequest(place, `${place} and ${earlier} differ: give the option in one place.`);
    }
  };

  for (const [name, value] of Object.entries(request.fields)) {
    if (OPENAI_FIELDS.has(name)) params[name] = value;
    else if (names.own.has(name)) take(name, value, name);
    else if (names.others.has(name) || isMisspelt(name, names)) throw misplaced(name, name, names);
    else params[name] = value;
  }
  for (const [bag, members] of [
    ["optional_params", request.optionalParams],
    ["composite", request.composite],
  ] as const) {
    for (const [name, value] of Object.entries(members)) {
      const place = `${bag}.${name}`;
      if (!names.own.has(name)) throw misplaced(place, name, names);
      take(name, value, place);
    }
  }
  return { params, options, places };
}
