/** The two names of the output cap in the OpenAI format. */
export type MaxTokensParam = "max_tokens" | "max_completion_tokens";

/** What a model takes, in terms of OpenAI parameter names. What is absent is taken as it is. */
export interface ModelCapabilities {
  maxTokensParam?: MaxTokensParam;
  /** Parameters that the model answers with an error. */
  refuses?: readonly string[];
  /** Parameters of `refuses` that it takes while `reasoning_effort` is `none`. */
  takesWithoutReasoning?: readonly string[];
  /** Parameters that the vendor calls otherwise. */
  renames?: Readonly<Record<string, string>>;
  maxTemperature?: number;
  /** True when `temperature` and `top_p` exclude each other. */
  temperatureExcludesTopP?: boolean;
  /** True when sampling parameters are refused while the request asks for `thinking`. */
  thinkingExcludesSampling?: boolean;
  /** Values of `reasoning_effort`, rising. */
  efforts?: readonly string[];
  /** Types of `response_format` that it can be held to. */
  formats?: readonly string[];
  /** Values of parameters with a closed list. */
  values?: Readonly<Record<string, readonly unknown[]>>;
}

/** A rule applies to the models whose name matches, later rules replace fields of earlier ones. */
export interface CapabilityRule {
  models: RegExp;
  capabilities: ModelCapabilities;
}
