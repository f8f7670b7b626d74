// import cors, { cors as named } from "boring-cors"
import assert from "node:assert/strict";
import cors, { CorsConfigError, definePolicy, cors as named } from "boring-cors";
import { check } from "./check.cjs";

assert.equal(cors, named);
await check({ cors, definePolicy, CorsConfigError });
