// import ... from "boring-cors/testing", and the matchers
import { definePolicy } from "boring-cors";
import { page } from "boring-cors/testing";
import * as matchers from "boring-cors/testing/matchers";
import { checkTesting } from "./testing.cjs";

await checkTesting({ definePolicy, page, ...matchers });
