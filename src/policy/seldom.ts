// What a process needs seldom, or only at its start; the built package loads it at first use.
export { explain } from "./decide.ts";
export { digestOf } from "./digest.ts";
export { adviseKey } from "./key-advice.ts";
export { adviseFunction, asError, misused } from "./misuse.ts";
export { adviseOrigin } from "./origin-advice.ts";
export { isOrCoversPublicSuffix } from "./public-suffix.ts";
export { default as refuse } from "./refuse.cjs";
export { judgeRegExp } from "./regexp.ts";
export { runtimeWarning } from "./runtime-warnings.ts";
export { adviseOption } from "./suggest.ts";
