// What only some policies need: judging RegExps, and advice about what is wrong. The built package loads it at first use.
export { adviseOrigin } from "./origin-advice.ts";
export { judgeRegExp } from "./regexp.ts";
export { suggestOption } from "./suggest.ts";
