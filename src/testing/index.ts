// The public face of boring-cors/testing: re-exports only.

export type { HeaderList } from "../browser/header-list.ts";
export type { Note, NoteCode } from "../browser/notes.ts";
export type { RequestBody, RequestOptions } from "../browser/request.ts";
export type {
  Blocked,
  BlockedCode,
  BlockedStep,
  CredentialsMode,
  RedirectMode,
  RequestMode,
  Send,
  WireExchange,
  WireRequest,
  WireResponse,
} from "../browser/types.ts";
export type { StoredCookie } from "./cookies.ts";
export {
  type AnsweredFetch,
  type BlockedFetch,
  type FetchRecord,
  type FetchResult,
  type Page,
  type PageOptions,
  page,
} from "./page.ts";
export type { ScriptResponse } from "./response.ts";
export type { DecidingPolicy, PolicyAnswer, SingleTarget, Target } from "./target.ts";
