// Before the first test: dist/ is what the sources say, since the examples import the package by its name.
// @ts-expect-error -- plain JavaScript without declarations
export { buildIfStale as setup } from "../../scripts/build-if-stale.mjs";
