// The public face of boring-cors/edge: re-exports only.

export {
  type EdgeExport,
  EdgeExportError,
  type EdgeNote,
  type EdgeNoteCode,
  type EdgeOptions,
  type EdgeSeverity,
} from "./notes.ts";
export { type NginxOptions, type NginxUpstream, toNginx } from "./to-nginx.ts";
export {
  type TestVector,
  type TestVectors,
  toVectors,
  type VectorExport,
  type VectorOptions,
} from "./to-vectors.ts";
